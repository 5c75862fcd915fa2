/**
 * A company whose code goes from GitHub to AWS and to a cluster, as the files that its systems print: a checkout, answers of
 * GitHub's API, of the AWS command line, and manifests. Beside everything that is open lies the same thing shut.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a folder of files below a root. @returns the folder */
export function place(root: string, name: string, files: Readonly<Record<string, unknown>>): string {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, name, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(root, name);
}

/** On main: a job that signs in to AWS, one that pushes images, one behind an environment. */
const train = `name: train
on:
  push: {branches: [main]}
  workflow_dispatch:
permissions: {}
jobs:
  train:
    runs-on: ubuntu-latest
    permissions: {contents: read, id-token: write}
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/trainer", aws-region: eu-west-1}
      - run: python train.py
  image:
    runs-on: ubuntu-latest
    permissions: {contents: read, packages: write}
    steps:
      - uses: actions/checkout@v4
      - uses: docker/login-action@v3
      - uses: docker/build-push-action@v6
        with: {push: true, tags: "ghcr.io/\${{ github.repository_owner }}/serving:latest"}
  release:
    runs-on: ubuntu-latest
    environment: production
    permissions: {id-token: write}
    steps:
      - run: ./release.sh
        env: {KEY: "\${{ secrets.SIGNING_KEY }}"}
`;

export const modelsCheckout = {
  '.git/config': '[remote "origin"]\n\turl = git@github.com:Acme/models.git\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.github/workflows/train.yml': train,
};

const owner = { login: 'Acme', type: 'Organization' };
const repository = (name: string) => ({
  full_name: `Acme/${name}`,
  owner,
  default_branch: 'main',
  visibility: 'private',
  html_url: `https://github.com/Acme/${name}`,
});
const none = { runners: { total_count: 0, runners: [] }, list: [] };
const branch = (name: string, isProtected: boolean) => ({ name, protected: isProtected });
const reviewed = (count: number) => ({
  enforce_admins: { enabled: true },
  required_pull_request_reviews: { required_approving_review_count: count, require_code_owner_reviews: false },
  allow_force_pushes: { enabled: false },
  lock_branch: { enabled: false },
});
const person = (login: string, role: 'read' | 'write') => ({
  login,
  type: 'User',
  role_name: role,
  permissions: { push: role === 'write', maintain: false, admin: false },
});
/** What every repository answers where nothing is said. */
const quiet = (name: string) => {
  const base = `repos/acme/${name}`;
  return {
    [`${base}/actions/permissions.json`]: { enabled: true, allowed_actions: 'all' },
    [`${base}/actions/permissions/workflow.json`]: {
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: false,
    },
    [`${base}/environments.json`]: { environments: [] },
    [`${base}/actions/secrets.json`]: { secrets: [] },
    [`${base}/actions/organization-secrets.json`]: { secrets: [] },
    [`${base}/actions/variables.json`]: { variables: [] },
    [`${base}/keys.json`]: none.list,
    [`${base}/hooks.json`]: none.list,
    [`${base}/teams.json`]: none.list,
    [`${base}/actions/runners.json`]: none.runners,
    [`${base}/rules/branches/main.json`]: none.list,
    [`${base}/git/trees/main.json`]: {},
  };
};

/** `models`: main needs an approval. `deploy`: main is open, production needs two. Grace may write to both, Eve may read. */
export const githubAnswers = {
  'orgs/acme.json': { login: 'Acme', html_url: 'https://github.com/Acme', default_repository_permission: 'none' },
  'orgs/acme/members.role=admin.json': [{ login: 'ada' }],
  'orgs/acme/members.json': [{ login: 'grace' }, { login: 'eve' }],
  'orgs/acme/teams.json': [],
  'orgs/acme/installations.json': { installations: [] },
  'orgs/acme/hooks.json': [],
  'orgs/acme/actions/runners.json': none.runners,
  'orgs/acme/actions/runner-groups.json': { runner_groups: [] },
  'orgs/acme/repos.json': [repository('models'), repository('deploy')],
  ...quiet('models'),
  ...quiet('deploy'),
  'repos/acme/models/branches.json': [branch('main', true)],
  'repos/acme/models/branches/main.json': branch('main', true),
  'repos/acme/models/branches/main/protection.json': reviewed(1),
  'repos/acme/models/environments.json': {
    environments: [
      {
        name: 'production',
        protection_rules: [
          { type: 'required_reviewers', reviewers: [{ type: 'User', reviewer: { login: 'ada', type: 'User' } }] },
        ],
        deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
      },
    ],
  },
  'repos/acme/models/environments/production/secrets.json': { secrets: [{ name: 'SIGNING_KEY' }] },
  'repos/acme/models/environments/production/variables.json': { variables: [] },
  'repos/acme/models/collaborators.json': [person('grace', 'write'), person('eve', 'read')],
  'repos/acme/deploy/branches.json': [branch('production', true)],
  'repos/acme/deploy/branches/main.json': branch('main', false),
  'repos/acme/deploy/branches/production.json': branch('production', true),
  'repos/acme/deploy/branches/production/protection.json': reviewed(2),
  'repos/acme/deploy/rules/branches/production.json': none.list,
  'repos/acme/deploy/collaborators.json': [person('grace', 'write'), person('eve', 'read')],
};

const issuer = 'token.actions.githubusercontent.com';
export const account = '111122223333';
/** A role that trusts GitHub's tokens of a subject and reads a bucket. */
export const trusting = (RoleName: string, subject: string, bucket: string) => ({
  Arn: `arn:aws:iam::${account}:role/${RoleName}`,
  RoleName,
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${issuer}:sub`]: subject },
        },
      },
    ],
  },
  RolePolicyList: [
    {
      PolicyName: 'data',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` }],
      },
    },
  ],
  AttachedManagedPolicies: [],
  InstanceProfileList: [],
  Tags: [],
});

/** A role for main, one for any branch, one for the environment, one of somebody else's repository; a bucket each. */
export const awsAnswers = {
  'sts/get-caller-identity.json': { Account: account, Arn: `arn:aws:iam::${account}:user/reader` },
  'iam/get-account-authorization-details.json': {
    UserDetailList: [],
    GroupDetailList: [],
    Policies: [],
    RoleDetailList: [
      trusting('trainer', 'repo:Acme/models:ref:refs/heads/main', 'weights'),
      trusting('preview', 'repo:Acme/models:*', 'previews'),
      trusting('releaser', 'repo:Acme/models:environment:production', 'releases'),
      trusting('stranger', 'repo:Other/models:*', 'elsewhere'),
      trusting('misspelt', 'repo:acme/models:*', 'unreachable'),
    ],
  },
  's3api/list-buckets.json': {
    Buckets: ['weights', 'previews', 'releases', 'elsewhere', 'unreachable'].map((Name) => ({ Name })),
  },
};

const application = (name: string, targetRevision: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  destination: {namespace: ${name}, server: https://kubernetes.default.svc}
  source: {repoURL: git@github.com:acme/deploy.git, targetRevision: ${targetRevision}, path: ${name}}
  syncPolicy: {automated: {selfHeal: true}}
`;
/** One container, pulled at every start, with an account of the same name. */
export const deployment = (name: string, image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      serviceAccountName: ${name}
      containers: [{name: main, image: "${image}", imagePullPolicy: Always}]
`;
const digest = `sha256:${'a'.repeat(64)}`;

export const manifests = {
  'argocd.yaml': [application('live', 'main'), application('frozen', 'c'.repeat(40))].join('---\n'),
  'flux.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: deploy, namespace: flux-system}
spec: {url: "https://github.com/acme/deploy", ref: {branch: production}, interval: 1m}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: guarded, namespace: flux-system}
spec: {sourceRef: {kind: GitRepository, name: deploy}, path: ./guarded, targetNamespace: guarded, prune: true, interval: 1m}
`,
  'workloads.yaml': [
    deployment('serving', 'ghcr.io/acme/serving:latest'),
    deployment('pinned', `ghcr.io/acme/serving@${digest}`),
    deployment('foreign', 'ghcr.io/other/serving:latest'),
    deployment('live', 'busybox:1'),
    deployment('guarded', 'busybox:1'),
    deployment('frozen', 'busybox:1'),
  ].join('---\n'),
};
