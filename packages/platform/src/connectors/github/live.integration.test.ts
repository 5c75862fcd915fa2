/**
 * The live connector against GitHub's own OpenAPI description: `contract/server.case.ts` takes no request and gives no answer
 * that GitHub's description does not know.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findIn } from '../../detection/state/find.ts';
import { stateDetectors } from '../../detection/state/index.ts';
import { collectSession } from '../../facts/collect.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { acme, contents, secretValue } from './contract/acme.case.ts';
import { type Description, describedByGithub } from './contract/description.case.ts';
import { type ContractServer, contractServer } from './contract/server.case.ts';
import github from './index.ts';
import { openLive } from './session.ts';

const token = `github_pat_${'b'.repeat(40)}`;
const signal = new AbortController().signal;
let description: Description;
const servers: ContractServer[] = [];
const folder = mkdtempSync(join(tmpdir(), 'firebreak-github-'));

beforeAll(() => {
  description = describedByGithub();
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

async function serve(options: Partial<Parameters<typeof contractServer>[0]> = {}): Promise<ContractServer> {
  const server = await contractServer({ description, world: acme, otherwise: 404, token, ...options });
  servers.push(server);
  return server;
}

connectorConformance({
  name: 'github over its own description',
  connector: github,
  open: async () => openLive({ owner: 'acme', apiUrl: (await serve()).url, token }),
  config: { good: { from: 'acme' }, bad: { from: '' } },
  secrets: [secretValue, token, `ghp_${'a'.repeat(36)}`],
});

test('what is asked and what is answered is GitHub’s, and becomes the estate', async () => {
  const server = await serve();
  const { estate, gaps } = await collectSession(github, openLive({ owner: 'acme', apiUrl: server.url, token }), signal);
  expect(server.faults).toEqual([]);
  expect(gaps.map(({ code, where }) => `${code} ${where.replace(server.url, '')}`)).toEqual([]);
  const [repository] = estate.all('github.repository');
  expect(repository?.id).toBe('github:Repository/github.com/acme/models');
  expect(repository?.data.complete).toEqual([
    'actions',
    'branches',
    'collaborators',
    'environments',
    'keys',
    'runners',
    'secrets',
    'workflows',
  ]);
  expect(estate.all('github.variable').map(({ data }) => `${data.level} ${data.name}`)).toEqual([
    'environment REGION',
    'organization CLUSTER',
  ]);
  expect(estate.all('github.webhook').map(({ data }) => data.target)).toEqual(['hooks.example']);
  const graph = deriveGraph(estate, nodeRules, edgeRules);
  const edges = [...graph.liveEdges()].map(
    ({ type, from, with: others, to }) => `${type} ${[from, ...others].map(short).join(' + ')} -> ${short(to)}`,
  );
  for (const edge of [
    'OUTSIDER_JOB Outsider/github.com -> Job/.github/workflows/ci.yml/test',
    'JOB_SECRET Job/.github/workflows/ci.yml/test -> Secret/SIGNING_KEY',
    'JOB_SECRET Job/.github/workflows/ci.yml/deploy -> EnvironmentSecret/production/DEPLOY_KEY',
    'JOB_RUNNER Job/.github/workflows/ci.yml/test -> Runner/31',
    'JOB_RUNNER ForkWorkflow -> Runner/31',
    'JOB_IMAGE_PUSH Job/.github/workflows/ci.yml/deploy -> oci:Repository/ghcr.io/acme/models',
    'TOKEN_CONTENTS JobToken/.github/workflows/ci.yml/test -> Push',
    'REPOSITORY_ROLE User/github.com/eve -> WorkflowWrite',
    'INSTALLATION_GRANT Installation/github.com/acme/renovate -> Push',
    'ORGANIZATION_MEMBER OrganizationOwner/github.com/acme -> RepositoryAdmin',
    'PUSHED_WORKFLOW_SECRET PushedWorkflow -> OrganizationSecret/github.com/acme/ORG_TOKEN',
    'PUSHED_WORKFLOW_SECRET PushedWorkflow + RepositoryAdmin -> EnvironmentSecret/production/DEPLOY_KEY',
  ])
    expect(edges).toContain(edge);
  // The branch asks for an approval and the environment for its reviewer: neither opens to whoever may write.
  expect(edges).not.toContain('BRANCH_PUSH Push -> Branch/main');
  expect(edges).not.toContain('PUSHED_WORKFLOW_SECRET PushedWorkflow -> EnvironmentSecret/production/DEPLOY_KEY');
});

test('heads of branches and commits since a moment come with what was signed, a page at a time', async () => {
  const sha = (digit: string) => digit.repeat(40);
  const said = { verified: true, reason: 'valid', signature: 'a signature', payload: 'what was signed' };
  const commit = (digit: string) => ({
    sha: sha(digit),
    commit: { message: 'A change\n\nwith more', committer: { date: '2026-11-21T00:00:00Z' }, verification: said },
  });
  const of = '/repos/acme/models';
  const server = await serve({
    world: {
      ...acme,
      '/users/acme': { is: { login: 'acme', html_url: 'https://github.com/acme' } },
      [`${of}/branches/main`]: { is: { name: 'main', protected: true, commit: commit('a') } },
      [`${of}/commits?sha=main&since=2026-11-20T00:00:00.000Z`]: {
        is: [...Array.from({ length: 100 }, () => commit('b')), commit('c')],
      },
    },
  });
  const session = openLive({ owner: 'acme', apiUrl: server.url, token });
  const { estate } = await collectSession(github, session, signal);
  const [main] = estate.all('github.branch');
  expect(main?.data.commit).toMatchObject({ sha: sha('a'), commit: { message: 'A change', verification: said } });
  const repository = { host: 'github.com', path: 'acme/models' };
  const from = new Date('2026-11-20T00:00:00Z');
  const live = openLive({ owner: 'acme', apiUrl: server.url, token });
  const read = await live.commitsSince?.(repository, 'main', from, signal);
  expect(read?.gaps).toEqual([]);
  expect(read?.commits).toHaveLength(101);
  expect(read?.commits.at(-1)).toMatchObject({ sha: sha('c') });
  expect(await live.commitsSince?.({ ...repository, path: 'other/models' }, 'main', from, signal)).toBeUndefined();
  const unread = await live.commitsSince?.(repository, 'gone', from, signal);
  expect(unread?.gaps.map(({ code }) => code)).toEqual(['FB-HTTP-NOT-FOUND']);
  await live.close();
  expect(server.faults).toEqual([]);
});

test('GitHub’s own examples are read without a fault', async () => {
  const server = await serve({ world: {}, otherwise: 'example' });
  const session = openLive({ owner: 'octocat', repository: 'Hello-World', apiUrl: server.url, token });
  const { estate } = await collectSession(github, session, signal);
  expect(server.faults).toEqual([]);
  const { gaps } = estate;
  expect(gaps.filter(({ code }) => code === 'FB-OBJECT-INVALID')).toEqual([]);
  for (const kind of [
    'github.repository',
    'github.actions-settings',
    'github.branch',
    'github.environment',
    'github.secret',
    'github.deploy-key',
    'github.runner',
    'github.access',
    'github.webhook',
    'github.ruleset',
  ] as const)
    expect(estate.all(kind).length, kind).toBeGreaterThan(0);
});

test('GitHub’s own examples of an organization are read without a fault', async () => {
  const server = await serve({ world: { '/orgs/github/repos': { is: [] } }, otherwise: 'example' });
  const { estate, gaps } = await collectSession(
    github,
    openLive({ owner: 'github', apiUrl: server.url, token }),
    signal,
  );
  expect(server.faults).toEqual([]);
  expect(gaps).toEqual([]);
  for (const kind of [
    'github.organization',
    'github.team',
    'github.installation',
    'github.webhook',
    'github.runner',
    'github.runner-group',
  ] as const)
    expect(estate.all(kind).length, kind).toBeGreaterThan(0);
});

test('pages are followed to the end', async () => {
  const named = (name: string) => ({ name, created_at: '2024-01-01T00:00:00Z', updated_at: '2024-01-01T00:00:00Z' });
  const many = Array.from({ length: 7 }, (_, index) => named(`S${index}`));
  const world = { ...acme, '/repos/acme/models/actions/secrets': { is: { secrets: many } } };
  const server = await serve({ world, pageSize: 3 });
  const session = openLive({ owner: 'acme', repository: 'models', apiUrl: server.url, token });
  const { estate } = await collectSession(github, session, signal);
  expect(server.faults).toEqual([]);
  const names = estate.all('github.secret').filter(({ data }) => data.level === 'repository');
  expect(names).toHaveLength(7);
  expect(server.asked.filter((path) => path.startsWith('/repos/acme/models/actions/secrets'))).toHaveLength(3);
});

test('what a token may not read is a gap, and the rest is read', async () => {
  const world = {
    ...acme,
    '/repos/acme/models/actions/secrets': { status: 403 },
    '/repos/acme/models/keys': { status: 404 },
    '/repos/acme/models/branches/main/protection': { status: 404 },
  };
  const server = await serve({ world });
  const session = openLive({ owner: 'acme', repository: 'models', apiUrl: server.url, token });
  const { estate, gaps } = await collectSession(github, session, signal);
  const told = gaps.map(({ code, kinds }) => `${code} ${kinds.join()}`).sort();
  expect(told).toEqual([
    'FB-HTTP-FORBIDDEN github.secret',
    'FB-HTTP-NOT-FOUND github.branch',
    'FB-HTTP-NOT-FOUND github.deploy-key',
  ]);
  const [repository] = estate.all('github.repository');
  expect(repository?.data.complete).toEqual(['actions', 'collaborators', 'environments', 'runners', 'workflows']);
});

test('a commit of a fork is told from those of the repository itself', async () => {
  const [tagged, tagObject, merged, foreign, gone] = ['a', 'b', 'c', 'd', 'e'].map((sign) => sign.repeat(40));
  const of = '/repos/other/action';
  const uses = [tagged, tagObject, merged, foreign, gone].map((sha) => `      - uses: other/action@${sha}`).join('\n');
  const file = `on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n${uses}\n`;
  const compared = (ref: string, sha: string | undefined, status: string) => ({
    [`${of}/compare/${ref}...${sha}`]: { is: { status } },
  });
  const world = {
    ...acme,
    '/repos/acme/models/contents/.github/workflows/ci.yml': contents('.github/workflows/ci.yml', file),
    [`${of}/tags`]: { is: [{ name: 'v1', commit: { sha: tagged } }] },
    [`${of}/branches`]: { is: ['main', 'releases/v1'].map((name) => ({ name, commit: { sha: 'f'.repeat(40) } })) },
    [`${of}/git/tags/${tagObject}`]: { is: { object: { sha: tagged, type: 'commit' } } },
    ...compared('main', merged, 'diverged'),
    ...compared('releases/v1', merged, 'behind'),
    ...compared('main', foreign, 'diverged'),
    ...compared('releases/v1', foreign, 'ahead'),
    ...compared('v1', foreign, 'diverged'),
  };
  const server = await serve({ world });
  const session = openLive({ owner: 'acme', repository: 'models', apiUrl: server.url, token });
  const { estate, gaps } = await collectSession(github, session, signal);
  expect(server.faults).toEqual([]);
  expect(estate.all('github.pinned-commit').map(({ data }) => [data.sha[0], data.own, data.found])).toEqual([
    ['a', true, 'v1'],
    ['b', true, 'v1'],
    ['c', true, 'releases/v1'],
    ['d', false, undefined],
  ]);
  // What GitHub does not have at all cannot run either; that it could not be judged is said.
  expect(gaps.map(({ code, kinds }) => `${code} ${kinds.join()}`)).toEqual(['FB-HTTP-NOT-FOUND github.pinned-commit']);
  const { findings } = findIn(estate, stateDetectors);
  expect(findings.filter(({ detector }) => detector === 'impostor-commit').map(({ where }) => where.line)).toEqual([9]);
});

test('a server of one’s own says whose repositories these are, and pages below its own root', async () => {
  const page = 'https://github.example/acme';
  const repository = { ...(acme['/repos/acme/models'] as { is: object }).is, html_url: `${page}/models` };
  const world = {
    ...acme,
    '/orgs/acme': { is: { login: 'acme', html_url: page } },
    '/orgs/acme/repos': { is: [repository] },
    '/orgs/acme/teams': { is: ['a', 'b', 'c'].map((slug, id) => ({ slug, name: slug, id, parent: null })) },
    ...Object.fromEntries(['a', 'b', 'c'].map((slug) => [`/orgs/acme/teams/${slug}/members`, { is: [] }])),
  };
  const server = await serve({ world, prefix: '/api/v3', pageSize: 2 });
  const { estate, gaps } = await collectSession(github, openLive({ owner: 'acme', apiUrl: server.url, token }), signal);
  expect(server.faults).toEqual([]);
  expect(gaps).toEqual([]);
  expect(estate.all('github.repository').map(({ id }) => id)).toEqual(['github:Repository/github.example/acme/models']);
  expect(estate.all('github.team')).toHaveLength(3);
});

test('a repository that leaves the subject to its organization has the template of that', async () => {
  const template = {
    '/repos/acme/models/actions/oidc/customization/sub': { is: { use_default: false, include_claim_keys: [] } },
    '/orgs/acme/actions/oidc/customization/sub': { is: { include_claim_keys: ['repo', 'job_workflow_ref'] } },
  };
  const server = await serve({ world: { ...acme, ...template } });
  const session = openLive({ owner: 'acme', repository: 'models', apiUrl: server.url, token });
  const { estate } = await collectSession(github, session, signal);
  expect(server.faults).toEqual([]);
  expect(estate.all('github.actions-settings')[0]?.data.oidc?.include_claim_keys).toEqual(['repo', 'job_workflow_ref']);
});

test('a checkout that git made is joined with what the API tells of the same repository', async () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'ignore' });
  const origin = join(folder, 'origin');
  git('init', '-q', '-b', 'trunk', origin);
  git('-C', origin, 'commit', '-q', '--allow-empty', '-m', 'first');
  const clone = join(folder, 'clone');
  git('clone', '-q', origin, clone);
  git('-C', clone, 'remote', 'set-url', 'origin', 'git@github.com:Acme/Models.git');
  const worktree = join(folder, 'worktree');
  git('-C', clone, 'worktree', 'add', '-q', worktree);
  for (const place of [clone, worktree]) {
    const session = await github.connect(github.parse(place), signal);
    const { estate } = await collectSession(github, session, signal);
    const [checkout] = estate.all('git.checkout');
    expect(checkout?.data).toEqual({
      repository: { host: 'github.com', path: 'acme/models' },
      spelled: 'Acme/Models',
      defaultBranch: 'trunk',
    });
  }
});

function short(id: string): string {
  return id
    .replace(/^github:/, '')
    .replace(/^git:/, '')
    .replace(/\/github\.com\/acme\/models(?=\/|$)/, '');
}
