/** One small company that has something for every action to do, and what to do. It changes; GitHub's own description judges. */
import type { ProbeResult } from '@firebreak/contract';
import { acme } from '../../contract/acme.case.ts';
import { appId, appPrivateKey, Company, repository, tokens } from '../../contract/acting.case.ts';
import { type Description, describedByGithub } from '../../contract/description.case.ts';
import { type ContractServer, contractServer } from '../../contract/server.case.ts';
import { type GithubSession, openLive } from '../../session.ts';

export interface World {
  readonly session: GithubSession;
  readonly company: Company;
  readonly server: ContractServer;
  readonly close: () => Promise<void>;
}

let description: Description | undefined;

/** @param whole open the account and not one repository of it */
export async function makeWorld(whole = false): Promise<World> {
  description ??= describedByGithub();
  const company = new Company();
  const server = await contractServer({ description, world: acme, otherwise: 404, acts: (act) => company.act(act) });
  const session = openLive({
    owner: 'acme',
    ...(whole ? {} : { repository: 'models' }),
    apiUrl: server.url,
    token: tokens.admin,
    app: { appId, privateKey: appPrivateKey },
  });
  return {
    session,
    company,
    server,
    close: async () => {
      await session.close();
      await server.close();
    },
  };
}

export const host = 'github.com';
export const here = { host, repository } as const;
export const source = { host, source: repository } as const;
export const successor = `ssh-ed25519 ${'C'.repeat(68)}`;

/** An attacker's or developer's own client: plain HTTP with their token, nothing of ours. */
export async function ask(world: World, token: string, method: string, path: string, body?: unknown): Promise<number> {
  const response = await fetch(`${world.server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}

const commit = (world: World, token: string, branch: string) =>
  ask(world, token, 'PUT', `/repos/${repository}/contents/evil.py`, { message: 'x', content: 'eA==', branch });
const dispatch = (world: World, workflow: string) =>
  ask(world, tokens.eve, 'POST', `/repos/${repository}/actions/workflows/${workflow}/dispatches`, { ref: 'main' });
/** What became of the run that somebody starts. */
const started = async (world: World, workflow: string) => {
  await dispatch(world, workflow);
  return world.company.runs.at(-1)?.status;
};

export interface ActionCase {
  readonly action: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly probes: readonly ProbeResult['result'][];
  /** The attacker's use of what is cut: whether it works. */
  readonly attack: (world: World) => Promise<boolean>;
  /** Somebody else's change after we read, which the step must not overwrite. */
  readonly interfere?: (company: Company) => void;
}

export const cases: readonly ActionCase[] = [
  {
    action: 'github.disable-workflow',
    name: 'that can be started by hand',
    params: { ...here, workflow: '.github/workflows/test.yml' },
    probes: ['holds', 'holds'],
    attack: async (world) => (await dispatch(world, 'test.yml')) === 204,
  },
  {
    action: 'github.disable-actions',
    name: 'with selected actions',
    params: here,
    probes: ['holds', 'cannot-tell'],
    attack: async (world) => (await dispatch(world, 'deploy.yml')) === 204,
    interfere: (company) => {
      company.actions = { ...company.actions, allowed_actions: 'all' };
    },
  },
  {
    action: 'github.restrict-workflow-token',
    name: 'of jobs that ask for nothing',
    params: here,
    probes: ['holds'],
    attack: async (world) => (await commit(world, 'run-901', 'main')) === 201,
    interfere: (company) => {
      company.workflowToken = { ...company.workflowToken, can_approve_pull_request_reviews: false };
    },
  },
  {
    action: 'github.remove-deploy-key',
    name: 'that may write',
    params: { ...here, key: 11 },
    probes: ['holds'],
    attack: async ({ company }) => company.keys.some(({ title, read_only }) => title === 'mirror' && !read_only),
    interfere: (company) => {
      company.keys = company.keys.map((key) => (key.id === 11 ? { ...key, title: 'theirs' } : key));
    },
  },
  {
    action: 'github.remove-deploy-key',
    name: 'with a successor',
    params: { ...here, key: 11, replacement: successor },
    probes: ['holds'],
    attack: async ({ company }) => company.keys.some(({ key }) => key.includes('AAAA')),
  },
  {
    action: 'github.suspend-installation',
    name: 'of our own app',
    params: { ...source, app: 'renovate', appId, installation: 5 },
    probes: ['holds'],
    attack: async (world) => (await ask(world, tokens.app, 'GET', '/installation/repositories')) === 200,
  },
  {
    action: 'github.disable-webhook',
    name: 'of a repository',
    params: { ...source, webhook: 21 },
    probes: ['holds'],
    attack: async (world) => {
      const before = world.company.delivered.length;
      await commit(world, tokens.eve, 'main');
      return world.company.delivered.length > before;
    },
  },
  {
    action: 'github.require-review',
    name: 'of a branch without protection',
    params: { ...here, branch: 'main', approvals: 1 },
    probes: ['holds'],
    attack: async (world) => (await commit(world, tokens.eve, 'main')) === 201,
    interfere: (company) => {
      company.protections.set('main', { enforce_admins: true, required_status_checks: null });
    },
  },
  {
    action: 'github.require-review',
    name: 'of somebody who is exempt',
    params: { ...here, branch: 'release', approvals: 2 },
    probes: ['holds'],
    attack: async (world) => (await commit(world, tokens.eve, 'release')) === 201,
  },
  {
    action: 'github.lock-branch',
    name: 'that is protected',
    params: { ...here, branch: 'release' },
    probes: ['holds'],
    attack: async (world) => (await commit(world, tokens.eve, 'release')) === 201,
    interfere: (company) => {
      company.protections.set('release', { ...company.protections.get('release'), required_linear_history: false });
    },
  },
  {
    action: 'github.lock-branch',
    name: 'without protection',
    params: { ...here, branch: 'main' },
    probes: ['holds'],
    attack: async (world) => (await commit(world, tokens.eve, 'main')) === 201,
  },
  {
    action: 'github.lower-role',
    name: 'of a person',
    params: { ...here, kind: 'user', name: 'eve' },
    probes: ['holds', 'holds'],
    attack: async (world) => (await commit(world, tokens.eve, 'main')) === 201,
    interfere: (company) => {
      company.roles.set('user eve', 'admin');
    },
  },
  {
    action: 'github.lower-role',
    name: 'of a team',
    params: { ...here, kind: 'team', name: 'ml' },
    probes: ['holds'],
    attack: async ({ company }) => company.roles.get('team ml') === 'push',
  },
  {
    action: 'github.close-environment',
    name: 'that patterns enter',
    params: { ...here, environment: 'production' },
    probes: ['holds'],
    attack: async (world) => (await started(world, 'deploy.yml')) === 'in_progress',
    interfere: (company) => {
      company.environment = { ...company.environment, wait_timer: 5 };
    },
  },
  {
    action: 'github.cancel-runs',
    name: 'of a repository',
    params: here,
    probes: ['holds'],
    attack: async ({ company }) => company.runs.some(({ status }) => status === 'in_progress'),
  },
  {
    action: 'github.cancel-runs',
    name: 'of one workflow',
    params: { ...here, workflow: '.github/workflows/test.yml' },
    probes: ['holds'],
    attack: async ({ company }) => company.runs.some(({ id, status }) => id === 901 && status === 'in_progress'),
  },
  {
    action: 'github.remove-runner',
    name: 'of a repository',
    params: { ...source, runner: 31 },
    probes: ['holds'],
    attack: async (world) => (await started(world, 'test.yml')) === 'in_progress',
  },
];
