/** A small company on GitHub, told in the fewest words: what is not said is GitHub's own example. */
import type { World } from './server.case.ts';

export const secretValue = 'correct-horse-battery-staple';

const ci = `on:
  push: {branches: [main]}
  pull_request_target:
permissions: {contents: write, id-token: write, packages: write}
jobs:
  test:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
        with: {ref: "\${{ github.event.pull_request.head.sha }}"}
      - run: make test
        env: {KEY: "\${{ secrets.SIGNING_KEY }}", TOKEN: ghp_${'a'.repeat(36)}}
  deploy:
    environment: production
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
      - uses: docker/build-push-action@v6
        with: {push: true, tags: "ghcr.io/\${{ github.repository }}:latest"}
      - run: echo "\${{ secrets.DEPLOY_KEY }}"
`;

const user = (login: string, type = 'User') => ({ login, type });
const base = '/repos/acme/models';
const repository = {
  name: 'models',
  full_name: 'acme/models',
  owner: user('acme', 'Organization'),
  html_url: 'https://github.com/acme/models',
  default_branch: 'main',
  private: false,
  visibility: 'public',
  archived: false,
  fork: false,
};
const named = (name: string) => ({ name, created_at: '2024-01-01T00:00:00Z', updated_at: '2024-02-01T00:00:00Z' });
const granted = (push: boolean, admin = false) => ({ pull: true, triage: push, push, maintain: admin, admin });
/** A file as the contents API hands it over. */
export const contents = (path: string, content: string) => ({
  is: {
    type: 'file',
    encoding: 'base64',
    path,
    name: path.split('/').at(-1),
    size: content.length,
    content: Buffer.from(content).toString('base64'),
  },
});

export const acme: World = {
  '/orgs/acme': { is: { login: 'acme', html_url: 'https://github.com/acme', default_repository_permission: 'read' } },
  '/orgs/acme/members?role=admin': { is: [user('ada')] },
  '/orgs/acme/members?role=member': { is: [user('grace'), user('linus')] },
  '/orgs/acme/teams': { is: [{ slug: 'ml', name: 'ML', id: 7, parent: null }] },
  '/orgs/acme/teams/ml/members': { is: [user('grace')] },
  '/orgs/acme/installations': {
    is: {
      installations: [
        {
          id: 5,
          app_id: 50,
          app_slug: 'renovate',
          repository_selection: 'all',
          permissions: { contents: 'write', workflows: 'write' },
          suspended_at: null,
        },
      ],
    },
  },
  '/orgs/acme/hooks': { is: [] },
  '/orgs/acme/actions/runners': { is: { runners: [] } },
  '/orgs/acme/actions/runner-groups': { is: { runner_groups: [] } },
  '/orgs/acme/repos': { is: [repository] },
  [base]: { is: repository },
  [`${base}/actions/permissions`]: { is: { enabled: true, allowed_actions: 'all' } },
  [`${base}/actions/permissions/workflow`]: {
    is: { default_workflow_permissions: 'read', can_approve_pull_request_reviews: true },
  },
  [`${base}/actions/permissions/fork-pr-contributor-approval`]: { is: { approval_policy: 'first_time_contributors' } },
  [`${base}/actions/oidc/customization/sub`]: { is: { use_default: true } },
  [`${base}/branches?protected=true`]: { is: [{ name: 'main', protected: true }] },
  [`${base}/branches/main`]: { is: { name: 'main', protected: true } },
  [`${base}/branches/main/protection`]: {
    is: {
      enforce_admins: { enabled: false },
      required_pull_request_reviews: {
        required_approving_review_count: 1,
        require_code_owner_reviews: false,
        bypass_pull_request_allowances: undefined,
        dismissal_restrictions: undefined,
      },
      restrictions: undefined,
    },
  },
  [`${base}/rules/branches/main`]: { is: [] },
  [`${base}/environments`]: {
    is: {
      environments: [
        {
          name: 'production',
          protection_rules: [
            {
              id: 1,
              node_id: 'x',
              type: 'required_reviewers',
              prevent_self_review: false,
              reviewers: [{ type: 'User', reviewer: user('ada') }],
            },
          ],
          deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
        },
      ],
    },
  },
  [`${base}/environments/production/secrets`]: { is: { secrets: [named('DEPLOY_KEY')] } },
  [`${base}/environments/production/variables`]: {
    is: { variables: [{ ...named('REGION'), value: secretValue }] },
  },
  [`${base}/actions/secrets`]: { is: { secrets: [named('SIGNING_KEY'), named('UNUSED')] } },
  [`${base}/actions/organization-secrets`]: { is: { secrets: [named('ORG_TOKEN')] } },
  [`${base}/actions/variables`]: { is: { variables: [] } },
  [`${base}/actions/organization-variables`]: { is: { variables: [{ ...named('CLUSTER'), value: secretValue }] } },
  [`${base}/keys`]: { is: [{ id: 11, title: 'mirror', read_only: false, key: 'ssh-ed25519 AAAA' }] },
  [`${base}/hooks`]: {
    is: [{ id: 21, config: { url: `https://hooks.example/t/${secretValue}`, insecure_ssl: '0' }, events: ['push'] }],
  },
  [`${base}/collaborators?affiliation=direct`]: {
    is: [
      { ...user('grace'), role_name: 'write', permissions: granted(true) },
      { ...user('eve'), role_name: 'write', permissions: granted(true) },
    ],
  },
  [`${base}/collaborators?affiliation=outside`]: {
    is: [{ ...user('eve'), role_name: 'write', permissions: granted(true) }],
  },
  [`${base}/teams`]: { is: [{ slug: 'ml', id: 7, permission: 'push', permissions: granted(true) }] },
  [`${base}/actions/runners`]: {
    is: {
      runners: [
        {
          id: 31,
          name: 'gpu-1',
          os: 'linux',
          status: 'online',
          busy: false,
          runner_group_id: 1,
          labels: [{ name: 'self-hosted' }, { name: 'gpu' }],
        },
      ],
    },
  },
  [`${base}/contents/.github/workflows`]: {
    is: [{ type: 'file', name: 'ci.yml', path: '.github/workflows/ci.yml' }],
  },
  [`${base}/contents/.github/workflows/ci.yml`]: contents('.github/workflows/ci.yml', ci),
  [`${base}/contents/.github/CODEOWNERS`]: contents('.github/CODEOWNERS', '# who\n* @acme/ml\n'),
};
