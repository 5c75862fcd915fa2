/**
 * A small company on GitHub that changes: what the contract server answers where an action has written. It keeps what GitHub's
 * description says that GitHub keeps, and lets in whom GitHub's documentation says that GitHub lets in: an administrator's token, a
 * collaborator's, a job's, an app's. What it decides is written here once and for all actions, and by nothing of theirs.
 */
import { generateKeyPairSync, verify } from 'node:crypto';
import type { Act, Acted } from './server.case.ts';

export const tokens = { admin: 'responder-token', eve: 'eve-token', app: 'app-token' } as const;
export const repository = 'acme/models';
export const appId = 50;
const app = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** PEM. */
export const appPrivateKey = app.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

type Json = Readonly<Record<string, unknown>>;
interface Key {
  readonly id: number;
  readonly title: string;
  readonly key: string;
  readonly read_only: boolean;
}
interface Run {
  readonly id: number;
  readonly workflow: string;
  status: string;
}
interface Policy {
  readonly id: number;
  readonly name: string;
  readonly type: string;
}

/** The workflow files of the default branch. `deploy.yml` enters an environment; `test.yml` runs on a machine of one's own. */
export const files: Readonly<Record<string, string>> = {
  '.github/workflows/test.yml': `on:
  workflow_dispatch: {}
  push: {branches: [main]}
  pull_request_target:
jobs:
  t:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
        with: {ref: "\${{ github.event.pull_request.head.sha }}"}
      - uses: actions/cache@v4
        with: {path: .cache, key: deps}
      - run: make test
        env: {KEY: "\${{ secrets.SIGNING_KEY }}"}
`,
  '.github/workflows/deploy.yml': `on: {workflow_dispatch: {}}
permissions: {contents: write, packages: write}
jobs:
  d:
    environment: production
    runs-on: ubuntu-latest
    container: example.com/tools/deploy:latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with: {push: true, tags: "ghcr.io/\${{ github.repository }}:latest"}
      - uses: actions/cache@v4
        with: {path: .cache, key: deps}
      - uses: softprops/action-gh-release@v2
      - run: make deploy
        env: {KEY: "\${{ secrets.DEPLOY_KEY }}"}
`,
};

const login = (name: string) => ({ login: name });
const slug = (name: string) => ({ slug: name });

export class Company {
  readonly workflows = new Map(Object.keys(files).map((path) => [path, 'active']));
  actions: Json = { enabled: true, allowed_actions: 'selected', sha_pinning_required: false };
  selected: Json = { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ['acme/*'] };
  workflowToken: Json = { default_workflow_permissions: 'write', can_approve_pull_request_reviews: true };
  keys: Key[] = [
    { id: 11, title: 'mirror', key: `ssh-ed25519 ${'A'.repeat(68)}`, read_only: false },
    { id: 12, title: 'other', key: `ssh-ed25519 ${'B'.repeat(68)}`, read_only: true },
  ];
  hooks = new Map([[21, { active: true, url: 'http://127.0.0.1:9/x' }]]);
  suspended = false;
  /** In the shape of a PUT, by branch; null without a protection. */
  readonly protections = new Map<string, Json | null>([
    ['main', null],
    [
      'release',
      {
        required_status_checks: { strict: true, contexts: [], checks: [{ context: 'ci', app_id: -1 }] },
        enforce_admins: false,
        required_pull_request_reviews: {
          dismiss_stale_reviews: false,
          require_code_owner_reviews: true,
          required_approving_review_count: 1,
          bypass_pull_request_allowances: { users: ['eve'], teams: ['ml'], apps: [] },
        },
        restrictions: null,
        required_linear_history: true,
        allow_force_pushes: true,
      },
    ],
    [
      'next',
      {
        required_status_checks: null,
        enforce_admins: true,
        required_pull_request_reviews: { required_approving_review_count: 1 },
        restrictions: null,
      },
    ],
  ]);
  readonly signed = new Set(['release']);
  runs: Run[] = [
    { id: 901, workflow: '.github/workflows/test.yml', status: 'in_progress' },
    { id: 902, workflow: '.github/workflows/deploy.yml', status: 'queued' },
    { id: 900, workflow: '.github/workflows/test.yml', status: 'completed' },
  ];
  runners = new Map([[31, { name: 'gpu-1', labels: ['self-hosted', 'gpu'] }]]);
  readonly roles = new Map([
    ['user eve', 'write'],
    ['user grace', 'admin'],
    ['team ml', 'push'],
  ]);
  environment: Json = {
    wait_timer: 30,
    prevent_self_review: true,
    reviewers: [{ type: 'User', id: 7 }],
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  };
  policies: Policy[] = [
    { id: 61, name: 'main', type: 'branch' },
    { id: 62, name: 'v*', type: 'tag' },
  ];
  /** Commits that were made, by whom to which branch. */
  readonly commits: string[] = [];
  /** What was delivered to which address. */
  readonly delivered: string[] = [];
  #next = 1000;

  act(act: Act): Acted {
    const handler = this.#handlers[`${act.method} ${act.template}`];
    const who = this.#who(act.authorization);
    if (who === undefined) return { status: 401 };
    if (act.values.owner !== undefined && `${act.values.owner}/${act.values.repo}` !== repository) return undefined;
    if (handler === undefined) return undefined;
    const isAttack = attacks.has(`${act.method} ${act.template}`);
    const isOfApp = act.template.startsWith('/app/');
    if (isOfApp !== (who === 'the app')) return { status: isOfApp ? 401 : 403 };
    if (!isAttack && !isOfApp && who !== 'admin') return { status: 403 };
    return handler(act, who);
  }

  #who(authorization: string): string | undefined {
    const token = authorization.replace(/^Bearer /, '');
    if (token === tokens.admin) return 'admin';
    if (token === tokens.eve) return 'eve';
    if (token === tokens.app) return this.suspended ? undefined : 'app';
    if (/^run-\d+$/.test(token)) return token;
    const [head, payload, signature] = token.split('.');
    if (signature === undefined) return undefined;
    const isOurs = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${payload}`),
      app.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { iss: string; exp: number };
    return isOurs && claims.iss === String(appId) && claims.exp * 1000 > Date.now() ? 'the app' : undefined;
  }

  /** Whether somebody's commit comes through to a branch by itself. */
  #takes(branch: string, who: string): boolean {
    const protection = this.protections.get(branch);
    if (who.startsWith('run-') && this.workflowToken.default_workflow_permissions !== 'write') return false;
    const role = this.roles.get(`user ${who}`);
    if (who === 'eve' && role !== 'write' && role !== 'admin') return false;
    if (protection === null || protection === undefined) return true;
    if (protection.lock_branch === true) return false;
    const review = protection.required_pull_request_reviews as Json | null | undefined;
    const bypass = (review?.bypass_pull_request_allowances ?? {}) as { users?: readonly string[] };
    return Number(review?.required_approving_review_count ?? 0) === 0 || bypass.users?.includes(who) === true;
  }

  #start(workflow: string): Acted {
    if (this.actions.enabled !== true) return { status: 404 };
    if (this.workflows.get(workflow) !== 'active') return { status: 422 };
    const machines = workflow.endsWith('test.yml') ? this.runners.size : 1;
    const enters = workflow.endsWith('deploy.yml') ? this.policies.some(({ name }) => name === 'main') : true;
    this.#next += 1;
    this.runs.push({ id: this.#next, workflow, status: !enters ? 'failure' : machines > 0 ? 'in_progress' : 'queued' });
    return { status: 204 };
  }

  readonly #handlers: Readonly<Record<string, (act: Act, who: string) => Acted>> = {
    'get /repos/{owner}/{repo}': () => ({
      status: 200,
      is: {
        name: 'models',
        full_name: repository,
        html_url: `https://github.com/${repository}`,
        owner: { login: 'acme', type: 'Organization' },
        default_branch: 'main',
        private: false,
        visibility: 'public',
        archived: false,
        fork: false,
      },
    }),
    'get /users/{username}': ({ values }) => ({
      status: 200,
      is: { login: values.username, html_url: `https://github.com/${values.username}` },
    }),
    'get /repos/{owner}/{repo}/actions/workflows': () => ({
      status: 200,
      is: {
        total_count: this.workflows.size,
        workflows: [...this.workflows].map(([path, state], index) => ({ id: index + 1, name: path, path, state })),
      },
    }),
    'put /repos/{owner}/{repo}/actions/workflows/{workflow_id}/disable': (act) =>
      this.#toggle(act, 'disabled_manually'),
    'put /repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable': (act) => this.#toggle(act, 'active'),
    'post /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches': ({ values }, who) => {
      const may = who === 'admin' || ['write', 'admin'].includes(this.roles.get(`user ${who}`) ?? '');
      return may ? this.#start(`.github/workflows/${values.workflow_id}`) : { status: 403 };
    },
    'get /repos/{owner}/{repo}/contents/{path}': ({ values }) => {
      const path = values.path ?? '';
      if (path === '.github/workflows')
        return {
          status: 200,
          is: Object.keys(files).map((each) => ({ type: 'file', name: each.split('/').at(-1), path: each })),
        };
      const content = files[path];
      if (content === undefined) return { status: 404 };
      const encoded = Buffer.from(content).toString('base64');
      return {
        status: 200,
        is: { type: 'file', encoding: 'base64', path, name: path, size: content.length, content: encoded },
      };
    },
    'put /repos/{owner}/{repo}/contents/{path}': ({ body }, who) => {
      const branch = String(body?.branch ?? 'main');
      if (!this.#takes(branch, who)) return { status: 409 };
      this.commits.push(`${who} ${branch}`);
      for (const { active, url } of this.hooks.values()) if (active) this.delivered.push(url);
      return { status: 201, is: {} };
    },
    'get /repos/{owner}/{repo}/actions/permissions': () => ({
      status: 200,
      is:
        this.actions.enabled === true
          ? this.actions
          : {
              enabled: false,
              allowed_actions: undefined,
              selected_actions_url: undefined,
              sha_pinning_required: undefined,
            },
    }),
    'put /repos/{owner}/{repo}/actions/permissions': ({ body }) => {
      this.actions = { ...this.actions, ...body };
      // The worst that GitHub could do: what may be used is as wide as it gets until it is told again.
      if (body?.allowed_actions === 'selected')
        this.selected = { github_owned_allowed: true, verified_allowed: true, patterns_allowed: [] };
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/actions/permissions/selected-actions': () => ({ status: 200, is: this.selected }),
    'put /repos/{owner}/{repo}/actions/permissions/selected-actions': ({ body }) => {
      this.selected = { ...body };
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/actions/permissions/workflow': () => ({ status: 200, is: this.workflowToken }),
    'put /repos/{owner}/{repo}/actions/permissions/workflow': ({ body }) => {
      this.workflowToken = { ...this.workflowToken, ...body };
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/keys': () => ({ status: 200, is: this.keys }),
    'post /repos/{owner}/{repo}/keys': ({ body }) => {
      const key = String(body?.key);
      if (this.keys.some((each) => each.key === key)) return { status: 422 };
      this.#next += 1;
      const made = { id: this.#next, title: String(body?.title), key, read_only: body?.read_only === true };
      this.keys.push(made);
      return { status: 201, is: made };
    },
    'delete /repos/{owner}/{repo}/keys/{key_id}': ({ values }) => {
      const left = this.keys.filter(({ id }) => String(id) !== values.key_id);
      const found = left.length < this.keys.length;
      this.keys = left;
      return { status: found ? 204 : 404 };
    },
    'get /repos/{owner}/{repo}/hooks': () => ({ status: 200, is: [...this.hooks].map((each) => hook(...each)) }),
    'patch /repos/{owner}/{repo}/hooks/{hook_id}': ({ values, body }) => {
      const id = Number(values.hook_id);
      const found = this.hooks.get(id);
      if (found === undefined) return { status: 404 };
      const changed = { ...found, active: body?.active === true };
      this.hooks.set(id, changed);
      return { status: 200, is: hook(id, changed) };
    },
    'get /app/installations/{installation_id}': () => ({ status: 200, is: this.#installation() }),
    'put /app/installations/{installation_id}/suspended': () => this.#suspend(true),
    'delete /app/installations/{installation_id}/suspended': () => this.#suspend(false),
    'post /app/installations/{installation_id}/access_tokens': () =>
      this.suspended ? { status: 403 } : { status: 201, is: { token: tokens.app } },
    'delete /installation/token': () => ({ status: 204 }),
    'get /installation/repositories': (_, who) =>
      who === 'app' ? { status: 200, is: { total_count: 1, repositories: [] } } : { status: 401 },
    'get /orgs/{org}/installations': () => ({
      status: 200,
      is: { total_count: 1, installations: [this.#installation()] },
    }),
    'get /repos/{owner}/{repo}/branches': () => ({
      status: 200,
      is: [...this.protections].filter(([, set]) => set !== null).map(([name]) => ({ name, protected: true })),
    }),
    'get /repos/{owner}/{repo}/branches/{branch}': ({ values }) => {
      const set = this.protections.get(values.branch ?? '');
      if (set === undefined) return { status: 404 };
      return {
        status: 200,
        is: { name: values.branch, protected: set !== null, protection: { enabled: set !== null } },
      };
    },
    'get /repos/{owner}/{repo}/branches/{branch}/protection': ({ values }) => {
      const set = this.protections.get(values.branch ?? '');
      if (set === undefined || set === null) return { status: 404 };
      return { status: 200, is: asShown(set, this.signed.has(values.branch ?? '')) };
    },
    'put /repos/{owner}/{repo}/branches/{branch}/protection': ({ values, body }) => {
      const branch = values.branch ?? '';
      if (!this.protections.has(branch) || body === undefined) return { status: 404 };
      this.protections.set(branch, body);
      return { status: 200, is: asShown(body, this.signed.has(branch)) };
    },
    'delete /repos/{owner}/{repo}/branches/{branch}/protection': ({ values }) => {
      this.protections.set(values.branch ?? '', null);
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/actions/runs': ({ query }) => this.#runsOf(query, () => true),
    'get /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': ({ query, values }) =>
      this.#runsOf(query, ({ workflow }) => workflow.endsWith(`/${values.workflow_id}`)),
    'post /repos/{owner}/{repo}/actions/runs/{run_id}/cancel': ({ values }) => {
      const run = this.runs.find(({ id }) => String(id) === values.run_id);
      if (run === undefined || run.status === 'completed') return { status: 409 };
      run.status = 'completed';
      return { status: 202, is: {} };
    },
    'get /repos/{owner}/{repo}/actions/runners': () => ({
      status: 200,
      is: {
        total_count: this.runners.size,
        runners: [...this.runners].map(([id, { name, labels }]) => ({
          id,
          name,
          os: 'linux',
          status: 'online',
          busy: false,
          labels: labels.map((each) => ({ name: each })),
        })),
      },
    }),
    'delete /repos/{owner}/{repo}/actions/runners/{runner_id}': ({ values }) => ({
      status: this.runners.delete(Number(values.runner_id)) ? 204 : 422,
    }),
    'get /repos/{owner}/{repo}/collaborators': ({ query }) => ({
      status: 200,
      is: [...this.roles].flatMap(([key, role]) => {
        const [kind, name] = key.split(' ');
        if (kind !== 'user' || query.get('affiliation') === 'outside') return [];
        return [{ login: name, type: 'User', role_name: role, permissions: granted(role) }];
      }),
    }),
    'put /repos/{owner}/{repo}/collaborators/{username}': ({ values, body }) => {
      const key = `user ${values.username}`;
      if (!this.roles.has(key)) return { status: 201, is: {} };
      const wanted = String(body?.permission);
      this.roles.set(key, { pull: 'read', push: 'write' }[wanted] ?? wanted);
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/collaborators/{username}/permission': ({ values }) => {
      const role = this.roles.get(`user ${values.username}`) ?? 'none';
      return { status: 200, is: { permission: role, role_name: role, user: null } };
    },
    'get /repos/{owner}/{repo}/teams': () => ({
      status: 200,
      is: [...this.roles].flatMap(([key, permission]) => {
        const [kind, name] = key.split(' ');
        return kind === 'team' ? [{ slug: name, id: 7, permission, permissions: granted(permission) }] : [];
      }),
    }),
    'put /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}': ({ values, body }) => {
      this.roles.set(`team ${values.team_slug}`, String(body?.permission));
      return { status: 204 };
    },
    'get /repos/{owner}/{repo}/environments': () => ({
      status: 200,
      is: { total_count: 1, environments: [shownEnvironment(this.environment)] },
    }),
    'put /repos/{owner}/{repo}/environments/{environment_name}': ({ body }) => {
      this.environment = { ...body };
      return { status: 200, is: shownEnvironment(this.environment) };
    },
    'get /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies': () => ({
      status: 200,
      is: { total_count: this.policies.length, branch_policies: this.policies },
    }),
    'post /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies': ({ body }) => {
      this.#next += 1;
      const made = { id: this.#next, name: String(body?.name), type: String(body?.type ?? 'branch') };
      this.policies.push(made);
      return { status: 200, is: made };
    },
    'delete /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}': ({
      values,
    }) => {
      this.policies = this.policies.filter(({ id }) => String(id) !== values.branch_policy_id);
      return { status: 204 };
    },
  };

  #toggle({ values }: Act, state: string): Acted {
    const path = `.github/workflows/${values.workflow_id}`;
    if (!this.workflows.has(path)) return { status: 404 };
    this.workflows.set(path, state);
    return { status: 204 };
  }

  #suspend(suspended: boolean): Acted {
    this.suspended = suspended;
    return { status: 204 };
  }

  #installation(): Json {
    return {
      id: 5,
      app_id: appId,
      app_slug: 'renovate',
      repository_selection: 'all',
      permissions: { contents: 'write', workflows: 'write' },
      suspended_at: this.suspended ? '2026-01-01T00:00:00Z' : null,
    };
  }

  #runsOf(query: URLSearchParams, of: (run: Run) => boolean): Acted {
    const found = this.runs.filter((run) => run.status === query.get('status') && of(run));
    return {
      status: 200,
      is: { total_count: found.length, workflow_runs: found.map(({ id, status }) => ({ id, status })) },
    };
  }
}

/** What others than an administrator try. */
const attacks = new Set([
  'post /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  'put /repos/{owner}/{repo}/contents/{path}',
  'get /installation/repositories',
  'delete /installation/token',
]);

function granted(role: string): Json {
  const push = ['push', 'write', 'maintain', 'admin'].includes(role);
  return { pull: true, triage: push, push, maintain: role === 'admin', admin: role === 'admin' };
}

function hook(id: number, { active, url }: { readonly active: boolean; readonly url: string }): Json {
  return { id, active, events: ['push'], config: { url, insecure_ssl: '0' } };
}

/** What GitHub shows of a protection that was set. Written from its documentation, and apart from what the actions make of it. */
export function asShown(set: Json, signatures: boolean): Json {
  const switchOf = (name: string) => ({ enabled: set[name] === true });
  const people = (list: unknown, of: (name: string) => Json) => ((list ?? []) as readonly string[]).map(of);
  const actors = (value: unknown): Json => {
    const { users, teams, apps } = value as Json;
    return { users: people(users, login), teams: people(teams, slug), apps: people(apps, slug) };
  };
  const checks = set.required_status_checks as Json | null | undefined;
  const review = set.required_pull_request_reviews as Json | null | undefined;
  return {
    url: 'https://api.github.com/x',
    enabled: true,
    required_status_checks:
      checks === null || checks === undefined
        ? undefined
        : {
            strict: checks.strict,
            contexts: (checks.checks as readonly Json[]).map(({ context }) => context),
            checks: (checks.checks as readonly Json[]).map(({ context, app_id }) => ({
              context,
              app_id: app_id === -1 ? null : app_id,
            })),
          },
    enforce_admins: { enabled: set.enforce_admins === true },
    required_pull_request_reviews:
      review === null || review === undefined
        ? undefined
        : {
            dismissal_restrictions:
              review.dismissal_restrictions === undefined ? undefined : actors(review.dismissal_restrictions),
            bypass_pull_request_allowances:
              review.bypass_pull_request_allowances === undefined
                ? undefined
                : actors(review.bypass_pull_request_allowances),
            dismiss_stale_reviews: review.dismiss_stale_reviews === true,
            require_code_owner_reviews: review.require_code_owner_reviews === true,
            required_approving_review_count: review.required_approving_review_count ?? 0,
            require_last_push_approval: review.require_last_push_approval === true,
          },
    restrictions: set.restrictions === null || set.restrictions === undefined ? undefined : actors(set.restrictions),
    required_linear_history: switchOf('required_linear_history'),
    allow_force_pushes: switchOf('allow_force_pushes'),
    allow_deletions: switchOf('allow_deletions'),
    block_creations: switchOf('block_creations'),
    required_conversation_resolution: switchOf('required_conversation_resolution'),
    lock_branch: switchOf('lock_branch'),
    allow_fork_syncing: switchOf('allow_fork_syncing'),
    required_signatures: { url: 'https://api.github.com/x', enabled: signatures },
  };
}

function shownEnvironment({ wait_timer, reviewers, prevent_self_review, deployment_branch_policy }: Json): Json {
  const rule = (type: string, rest: Json) => ({ id: 1, node_id: 'x', type, ...rest });
  const people = (reviewers ?? []) as readonly { type: string; id: number }[];
  return {
    name: 'production',
    protection_rules: [
      ...(Number(wait_timer ?? 0) === 0 ? [] : [rule('wait_timer', { wait_timer })]),
      ...(people.length === 0
        ? []
        : [
            rule('required_reviewers', {
              prevent_self_review: prevent_self_review === true,
              reviewers: people.map(({ type, id }) => ({
                type,
                reviewer: { id, ...(type === 'User' ? login('ada') : slug('ml')) },
              })),
            }),
          ]),
      ...(deployment_branch_policy === null ? [] : [rule('branch_policy', {})]),
    ],
    deployment_branch_policy: deployment_branch_policy ?? null,
  };
}
