// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/** What rights in a repository, a job or a token amount to. */
import {
  access,
  branch,
  type Cases,
  checkout,
  deployKey,
  environment,
  installation,
  known,
  organization,
  repository,
  reviewed,
  ruleset,
  secret,
  settings,
  sharedRunner,
  sharedSecret,
  team,
  workflow,
} from './world.case.ts';

const j = 'Job/.github/workflows/ci.yml/j';
const token = 'JobToken/.github/workflows/ci.yml/j';
const one = (body: string, on = 'push') => workflow(`on: ${on}\njobs:\n  j: {runs-on: ubuntu-latest, ${body}}`);
const may = (permissions: string, on = 'push') => one(`permissions: {${permissions}}, steps: [{run: make}]`, on);
const rule = { type: 'pull_request', ruleset_id: 42, required_approving_review_count: 1 };

export const authorityCases: Cases = {
  JOB_TOKEN: {
    holds: [{ world: [known(), may('contents: read')], edge: `${j} -> ${token}` }],
    misses: [{ because: 'it may do nothing', world: [known(), one('permissions: {}, steps: [{run: make}]')] }],
  },
  TOKEN_CONTENTS: {
    holds: [
      { world: [known(), may('contents: write')], edge: `${token} -> Push` },
      {
        world: [known(), settings({ default_workflow_permissions: 'write' }), one('steps: [{run: make}]')],
        edge: `${token} -> Push`,
      },
      { world: [known(), one('permissions: write-all, steps: [{run: make}]')], edge: `${token} -> Push` },
      { world: [checkout, one('steps: [{run: make}]')], edge: `${token} -> Push` },
    ],
    misses: [
      { because: 'reading', world: [known(), may('contents: read')] },
      { because: 'another scope', world: [known(), may('packages: write')] },
      { because: 'the default is reading', world: [known(), settings(), one('steps: [{run: make}]')] },
      {
        because: 'a called workflow has no more than its caller',
        world: [
          known(),
          workflow('on: push\njobs:\n  j: {uses: ./.github/workflows/c.yml, permissions: {contents: read}}'),
          workflow('on: workflow_call\npermissions: write-all\njobs: {c: {runs-on: x, steps: [{run: make}]}}', 'c.yml'),
        ],
      },
    ],
  },
  TOKEN_APPROVE: {
    holds: [
      {
        world: [
          known(),
          settings({ can_approve_pull_request_reviews: true }),
          reviewed('main'),
          may('contents: write, pull-requests: write'),
        ],
        edge: `${token} + Push -> Branch/main`,
      },
    ],
    misses: [
      {
        because: 'Actions may not approve',
        world: [known(), settings(), reviewed('main'), may('contents: write, pull-requests: write')],
      },
      {
        because: 'two approvals',
        world: [
          known(),
          settings({ can_approve_pull_request_reviews: true }),
          reviewed('main', 2),
          may('contents: write, pull-requests: write'),
        ],
      },
      {
        because: 'no right to pull requests',
        world: [
          known(),
          settings({ can_approve_pull_request_reviews: true }),
          reviewed('main'),
          may('contents: write'),
        ],
      },
    ],
  },
  TOKEN_DISPATCH: {
    holds: [
      {
        world: [
          known(),
          may('actions: write'),
          workflow(
            'on: workflow_dispatch\njobs: {d: {runs-on: x, steps: [{uses: actions/checkout@v4}, {run: make}]}}',
            'd.yml',
          ),
        ],
        edge: `${token} + Push -> Job/.github/workflows/d.yml/d`,
      },
    ],
    misses: [
      {
        because: 'it is not started by hand',
        world: [
          known(),
          may('actions: write'),
          workflow('on: push\njobs: {d: {runs-on: x, steps: [{uses: actions/checkout@v4}, {run: make}]}}', 'd.yml'),
        ],
      },
      {
        because: 'reading',
        world: [
          known(),
          settings(),
          may('actions: read'),
          workflow(
            'on: workflow_dispatch\njobs: {d: {runs-on: x, steps: [{uses: actions/checkout@v4}, {run: make}]}}',
            'd.yml',
          ),
        ],
      },
    ],
  },
  TOKEN_PACKAGES: {
    holds: [
      {
        world: [known(), one('permissions: {packages: write}, steps: [{run: docker push ghcr.io/acme/app:1}]')],
        edge: `${token} -> oci:Repository/ghcr.io/acme/app`,
      },
    ],
    misses: [
      {
        because: 'another registry',
        world: [known(), one('permissions: {packages: write}, steps: [{run: docker push docker.io/acme/app}]')],
      },
      {
        because: 'reading',
        world: [known(), one('permissions: {packages: read}, steps: [{run: docker push ghcr.io/acme/app}]')],
      },
    ],
  },
  JOB_IMAGE_PUSH: {
    holds: [
      {
        world: [
          known(),
          one(
            'steps: [{uses: docker/login-action@v3}, {uses: docker/build-push-action@v6, with: {push: true, tags: "ghcr.io/${{ github.repository }}:${{ github.sha }}"}}]',
          ),
        ],
        edge: `${j} -> oci:Repository/ghcr.io/acme/models`,
      },
      {
        world: [
          known(),
          one('env: {REGISTRY: ghcr.io, IMAGE: acme/app}, steps: [{run: "docker push $REGISTRY/$IMAGE:$TAG"}]'),
        ],
        edge: `${j} -> oci:Repository/ghcr.io/acme/app`,
      },
      {
        world: [
          known(),
          one(
            'steps: [{uses: docker/metadata-action@v5, with: {images: ghcr.io/acme/meta}}, {uses: docker/build-push-action@v6, with: {push: true, tags: "${{ steps.m.outputs.tags }}"}}]',
          ),
        ],
        edge: `${j} -> oci:Repository/ghcr.io/acme/meta`,
      },
    ],
    misses: [
      {
        because: 'only built',
        world: [known(), one('steps: [{uses: docker/build-push-action@v6, with: {tags: ghcr.io/acme/app}}]')],
      },
      {
        because: 'never pushed',
        world: [
          known(),
          one('steps: [{uses: docker/build-push-action@v6, with: {push: false, tags: ghcr.io/acme/app}}]'),
        ],
      },
      {
        because: 'a name that the run makes',
        world: [known(), one('steps: [{run: "docker push ghcr.io/$(whoami)/app"}]')],
      },
      {
        because: 'a registry that a step tells',
        world: [known(), one('steps: [{run: "docker push ${{ steps.ecr.outputs.registry }}/app:1"}]')],
      },
    ],
  },
  JOB_IMAGE: {
    holds: [
      {
        world: [known(), one('container: ghcr.io/acme/build:1, steps: [{run: make}]')],
        edge: `oci:Repository/ghcr.io/acme/build -> ${j}`,
      },
      {
        world: [known(), one('services: {db: {image: postgres}}, steps: [{run: make}]')],
        edge: `oci:Repository/docker.io/library/postgres -> ${j}`,
      },
      {
        world: [known(), one('steps: [{uses: "docker://ghcr.io/acme/tool:1"}]')],
        edge: `oci:Repository/ghcr.io/acme/tool -> ${j}`,
      },
    ],
    misses: [
      {
        because: 'by digest',
        world: [known(), one(`container: ghcr.io/acme/build@sha256:${'a'.repeat(64)}, steps: [{run: make}]`)],
      },
      {
        because: 'a name that the run makes',
        world: [known(), one('container: "${{ inputs.image }}", steps: [{run: make}]')],
      },
    ],
  },
  JOB_PUBLISH: {
    holds: [
      {
        world: [known(), one('permissions: {contents: write}, steps: [{uses: softprops/action-gh-release@v2}]')],
        edge: `${j} -> Releases`,
      },
      {
        world: [known(), one('permissions: {pages: write, id-token: write}, steps: [{uses: actions/deploy-pages@v4}]')],
        edge: `${j} -> Pages`,
      },
    ],
    misses: [
      {
        because: 'its token may not',
        world: [known(), one('permissions: {contents: read}, steps: [{run: gh release create v1}]')],
      },
      {
        because: 'it only lists',
        world: [known(), one('permissions: {contents: write}, steps: [{run: gh release list}]')],
      },
    ],
  },
  ACTION_PUBLISHER: {
    holds: [
      {
        world: [known(), one('steps: [{uses: Other/Action@v4}]')],
        edge: `git:Repository/github.com/other/action -> ${j}`,
      },
      {
        world: [known(), workflow('on: push\njobs:\n  j: {uses: other/flows/.github/workflows/x.yml@main}')],
        edge: `git:Repository/github.com/other/flows -> ${j}`,
      },
    ],
    misses: [
      { because: 'pinned', world: [known(), one(`steps: [{uses: other/action@${'a'.repeat(40)}}]`)] },
      { because: 'local', world: [known(), one('steps: [{uses: ./action}]')] },
      {
        because: 'GitHub refuses it',
        world: [known(), settings({ allowed_actions: 'local_only' }), one('steps: [{uses: other/action@v4}]')],
      },
      { because: 'one’s own', world: [known(), one('steps: [{uses: acme/models/tool@v4}]')] },
    ],
  },
  PUSHED_WORKFLOW_SECRET: {
    holds: [
      { world: [known(), secret('KEY')], edge: 'PushedWorkflow -> Secret/KEY' },
      { world: [known(), sharedSecret('KEY')], edge: 'PushedWorkflow -> OrganizationSecret/github.com/acme/KEY' },
      {
        world: [known(), environment('prod'), secret('KEY', 'prod')],
        edge: 'PushedWorkflow -> EnvironmentSecret/prod/KEY',
      },
      {
        world: [
          known(),
          environment('prod', {
            deployment_branch_policy: { protected_branches: false, policies: [{ name: 'release/*' }] },
          }),
          secret('KEY', 'prod'),
        ],
        edge: 'PushedWorkflow -> EnvironmentSecret/prod/KEY',
      },
      {
        world: [
          known(),
          environment('prod', { deployment_branch_policy: { protected_branches: true } }),
          secret('KEY', 'prod'),
        ],
        edge: 'PushedWorkflow + RepositoryAdmin -> EnvironmentSecret/prod/KEY',
      },
    ],
    misses: [
      {
        because: 'only protected branches enter',
        world: [
          known(),
          environment('prod', { deployment_branch_policy: { protected_branches: true } }),
          secret('KEY', 'prod'),
        ],
        edge: 'PushedWorkflow -> EnvironmentSecret/prod/KEY',
      },
      {
        because: 'only the default branch enters',
        world: [
          known(),
          reviewed('main'),
          environment('prod', {
            deployment_branch_policy: { protected_branches: false, policies: [{ name: 'main' }] },
          }),
          secret('KEY', 'prod'),
        ],
        edge: 'PushedWorkflow -> EnvironmentSecret/prod/KEY',
      },
      { because: 'archived', world: [known({ archived: true }), secret('KEY')] },
    ],
  },
  WORKFLOW_PUSH: {
    holds: [{ world: [known(), settings()], edge: 'WorkflowWrite -> PushedWorkflow' }],
    misses: [{ because: 'Actions are off', world: [known(), settings({ enabled: false })] }],
  },
  REPOSITORY_ROLE: {
    holds: [
      { world: [known(), access('grace', 'write')], edge: 'User/github.com/grace -> WorkflowWrite' },
      { world: [known(), access('grace', 'admin')], edge: 'User/github.com/grace -> RepositoryAdmin' },
      { world: [known(), access('ml', 'write', 'team')], edge: 'Team/github.com/acme/ml -> Push' },
      {
        world: [known({ visibility: 'private' }), access('grace', 'read')],
        edge: 'User/github.com/grace -> RepositoryContent',
      },
    ],
    misses: [
      { because: 'reading what is public', world: [known(), access('grace', 'read')] },
      {
        because: 'writing is not administering',
        world: [known(), access('grace', 'write')],
        edge: 'User/github.com/grace -> RepositoryAdmin',
      },
    ],
  },
  REPOSITORY_ADMIN: {
    holds: [
      { world: [known(), reviewed('main')], edge: 'RepositoryAdmin -> Branch/main' },
      { world: [known()], edge: 'RepositoryAdmin -> WorkflowWrite' },
    ],
    misses: [{ because: 'nobody told who administers', world: [checkout] }],
  },
  TEAM_MEMBER: {
    holds: [
      { world: [known(), team('ml', ['grace'])], edge: 'User/github.com/grace -> Team/github.com/acme/ml' },
      {
        world: [known(), team('ml', [], { parent: 'all' })],
        edge: 'Team/github.com/acme/ml -> Team/github.com/acme/all',
      },
    ],
    misses: [{ because: 'no members', world: [known(), team('ml', [])] }],
  },
  ORGANIZATION_MEMBER: {
    holds: [
      { world: [known(), organization()], edge: 'User/github.com/ada -> OrganizationOwner/github.com/acme' },
      { world: [known(), organization()], edge: 'OrganizationOwner/github.com/acme -> RepositoryAdmin' },
      {
        world: [known(), organization({ default_repository_permission: 'write' })],
        edge: 'Members/github.com/acme -> Push',
      },
    ],
    misses: [
      {
        because: 'members get nothing by default',
        world: [known(), organization()],
        edge: 'Members/github.com/acme -> Push',
      },
      {
        because: 'reading is not writing',
        world: [known(), organization({ default_repository_permission: 'read' })],
        edge: 'Members/github.com/acme -> Push',
      },
    ],
  },
  DEPLOY_KEY: {
    holds: [{ world: [known(), deployKey(false)], edge: 'DeployKey/11 -> Push' }],
    misses: [{ because: 'for reading', world: [known(), deployKey(true)] }],
  },
  INSTALLATION_GRANT: {
    holds: [
      { world: [known(), installation({ contents: 'write' })], edge: 'Installation/github.com/acme/renovate -> Push' },
      {
        world: [known(), installation({ contents: 'write', workflows: 'write' }, { repository_selection: 'selected' })],
        edge: 'Installation/github.com/acme/renovate -> WorkflowWrite',
      },
      {
        world: [organization(), installation({ members: 'write' })],
        edge: 'Installation/github.com/acme/renovate -> OrganizationOwner/github.com/acme',
      },
    ],
    misses: [
      {
        because: 'it only sees who is a member',
        world: [organization(), installation({ members: 'read' })],
      },
      {
        because: 'suspended',
        world: [known(), installation({ contents: 'write' }, { suspended_at: '2024-01-01T00:00:00Z' })],
      },
      {
        because: 'no workflow files',
        world: [known(), installation({ contents: 'write' })],
        edge: 'Installation/github.com/acme/renovate -> WorkflowWrite',
      },
    ],
  },
  BRANCH_PUSH: {
    holds: [
      { world: [known(), branch('main')], edge: 'Push -> Branch/main' },
      { world: [checkout], edge: 'Push -> Branch/main' },
      { world: [known(), reviewed('main', 0)], edge: 'Push -> Branch/main' },
    ],
    misses: [
      { because: 'an approval is needed', world: [known(), reviewed('main')] },
      { because: 'only some may push', world: [known(), reviewed('main', 0, { restrictions: { users: ['ada'] } })] },
      {
        because: 'a ruleset asks for an approval',
        world: [known(), branch('main', { protected: true, rules: [rule] })],
      },
    ],
  },
  BRANCH_CONTENT: {
    holds: [{ world: [known(), branch('main')], edge: 'Branch/main -> git:Repository/github.com/acme/models' }],
    misses: [
      {
        because: 'not the default branch',
        world: [known(), branch('main'), branch('old')],
        edge: 'Branch/old -> git:Repository/github.com/acme/models',
      },
    ],
  },
  REPOSITORY_BRANCH: {
    holds: [{ world: [known(), branch('main')], edge: 'git:Repository/github.com/acme/models -> Branch/main' }],
    misses: [
      {
        because: 'not the default branch',
        world: [known(), branch('main'), branch('old')],
        edge: 'git:Repository/github.com/acme/models -> Branch/old',
      },
    ],
  },
  BRANCH_BYPASS: {
    holds: [
      {
        world: [
          known(),
          reviewed('main', 1, {
            required_pull_request_reviews: {
              required_approving_review_count: 1,
              require_code_owner_reviews: false,
              bypass: { users: ['ada'], teams: [], apps: [] },
            },
          }),
        ],
        edge: 'User/github.com/ada + Push -> Branch/main',
      },
      {
        world: [
          known(),
          team('ml', []),
          branch('main', { protected: true, rules: [rule] }),
          ruleset([{ actor_type: 'Team', actor_id: 7, bypass_mode: 'always' }]),
        ],
        edge: 'Team/github.com/acme/ml + Push -> Branch/main',
      },
      {
        world: [
          known(),
          branch('main', { protected: true, rules: [rule] }),
          ruleset([{ actor_type: 'RepositoryRole', actor_id: 4, bypass_mode: 'always' }]),
        ],
        edge: 'Push -> Branch/main',
      },
    ],
    misses: [
      {
        because: 'nobody is exempt',
        world: [known(), branch('main', { protected: true, rules: [rule] }), ruleset([])],
      },
      {
        because: 'classic protection holds as well',
        world: [
          known(),
          { ...reviewed('main'), data: { ...reviewed('main').data, rules: [rule] } } as never,
          ruleset([{ actor_type: 'RepositoryRole', actor_id: 4, bypass_mode: 'always' }]),
        ],
      },
    ],
  },
};

/** A shared runner that a public repository may not use, for the test of its own. */
export const privateOnly = [known(), ...sharedRunner(['self-hosted'], { allows_public_repositories: false })];
export const shared = [known(), ...sharedRunner(['self-hosted'], {})];
export { repository };
