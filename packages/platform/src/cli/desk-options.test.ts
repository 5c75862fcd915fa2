import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Execution, FirebreakError, type Incident, type Plan, type Review } from '@firebreak/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { smallWorld, step, thing } from '../graph/small-world.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { rememberTarget, targetOfIncident } from './incident-target.ts';
import { bareWorld, run, testTerminal } from './testing/run.ts';
import type { Desk, World } from './world.ts';

let folder: string;
let data: string;
let plan: Plan;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-desk-'));
  const graph = smallWorld({ nodes: [thing('Pod/a/b')], edges: { REACH: [step('Pod/a/b', 'c')] } });
  plan = makePlan(graph, { compromised: [0], protect: 'default', actions: [] }, await loadSolver());
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  data = await mkdtemp(join(folder, 'data-'));
});
afterEach(() => vi.unstubAllEnvs());

const incident: Incident = {
  id: 'inc_1',
  title: 'A title\u001b[2J',
  openedAt: '2026-03-01T09:00:00.000Z',
  openedBy: 'ada',
  compromised: [],
  protect: 'default',
  state: 'planned',
  planDigest: null,
  note: '',
};
const execution: Execution = {
  id: 'exe_1',
  incident: 'inc_1',
  planDigest: '',
  direction: 'contain',
  state: 'contained',
  steps: [],
  proof: null,
};

const review: Review = {
  id: 'rev_1',
  title: 'Third quarter',
  openedAt: '2026-03-01T09:00:00.000Z',
  openedBy: 'ada',
  due: null,
  state: 'open',
  items: [],
};

const refuse = () => Promise.reject(new Error('no cases here'));
const noVault: Desk['vault'] = {
  overview: refuse,
  show: refuse,
  take: refuse,
  resume: refuse,
  read: () => {
    throw new Error('no evidence here');
  },
  hold: refuse,
  release: refuse,
  retain: refuse,
  audit: refuse,
  move: refuse,
  redact: refuse,
  destroy: refuse,
};
const noCases: Desk['cases'] = {
  queue: refuse,
  case: refuse,
  detections: refuse,
  detection: refuse,
  merge: refuse,
  split: refuse,
  openFrom: refuse,
  close: refuse,
  reopen: refuse,
  adoptRoots: refuse,
  giveVerdict: refuse,
  suppressions: refuse,
  suppress: refuse,
  endSuppression: refuse,
  quality: refuse,
  timeline: refuse,
};

/** A desk that notes what is asked of it. */
function noting(answers: Partial<Desk> = {}) {
  const asked: unknown[] = [];
  const openDesk: World['openDesk'] = async (where) => {
    asked.push(where);
    return {
      recovery: refuse,
      cases: noCases,
      incidents: async () => [incident],
      incident: async () => incident,
      execution: async () => null,
      preview: async () => [],
      contain: async (_plan, options) => {
        asked.push(options);
        return execution;
      },
      undo: async (id, options) => {
        asked.push([id, options]);
        return { ...execution, state: 'undone' };
      },
      steer: async (id, options) => {
        asked.push([id, options]);
        return execution;
      },
      renew: async (id, options) => {
        asked.push([id, options]);
        return execution;
      },
      watch: async (id, { each, ...options }) => {
        asked.push([id, options]);
        each(execution);
        return execution;
      },
      playbooks: {
        layOver: async () => Promise.reject(new Error('no playbook')),
        exported: async () => ({}),
        exportIncident: async function* () {
          yield* [];
        },
        responseEvents: async function* () {
          yield Buffer.from('{}\n');
        },
      },
      plan: async () => plan,
      approve: async (id, request) => {
        asked.push([id, request]);
        return execution;
      },
      makeApprovalLink: async (id, request) => {
        asked.push([id, request]);
        const { person = 'ada', steps = null } = request;
        return {
          id: 'apl_1',
          link: '/approve#link=x',
          person,
          digest: plan.digest,
          steps: steps === null ? null : [...steps],
          expiresAt: '',
        };
      },
      breakGlasses: async () => [],
      reviewBreakGlass: async (request) => {
        asked.push(request);
        throw new FirebreakError('FB-BREAK-GLASS-OWN', 'It is your own.');
      },
      exportEvidence: async function* () {
        yield Buffer.from('evidence');
      },
      verifierKey: async () => 'key',
      telemetry: { show: refuse, send: refuse },
      canaries: { start: refuse, list: async () => [], get: refuse, approve: refuse, stop: refuse },
      vault: noVault,
      parties: { list: refuse, remove: refuse },
      rotation: async () => [],
      decideRotation: refuse,
      reviews: async () => [],
      review: async () => review,
      openReview: async (request) => {
        asked.push(request);
        return review;
      },
      decideReview: async (request) => {
        asked.push(request);
        return review;
      },
      close: async () => void asked.push('closed'),
      ...answers,
    };
  };
  return { asked, world: bareWorld({ openDesk }) };
}

const contain = (...argv: string[]) => ['contain', join(folder, 'plan.json'), ...argv];

test('contain without --approve shows and changes nothing', async () => {
  const change = { verb: 'patch' as const, object: 'x', request: 'PATCH /x\u001b[2J', body: { 'y\u001b': 1 } };
  const { world, asked } = noting({
    preview: async () => [{ stepId: 's1', title: 'Do it', changes: [change], problem: null }],
    contain: async () => {
      throw new Error('it was carried out');
    },
  });
  const { exit, out } = await run(world, contain('--kubeconfig', 'kc', '--data', data));
  expect(exit).toBe(0);
  expect(out).toContain('PATCH /x\\u001b[2J\n    {"y\\u001b":1}');
  expect(out).toContain(`--approve (digest ${plan.digest})`);
  expect(asked).toEqual([{ data, database: undefined, target: [`kubernetes:${resolve('kc')}`] }, 'closed']);
});

test('a dry-run with a problem, a containment that is not contained and an undo that is not undone are 1', async () => {
  const problem = noting({ preview: async () => [{ stepId: 's1', title: 'Do it', changes: [], problem: 'no right' }] });
  expect((await run(problem.world, contain('--kubeconfig', 'kc', '--data', data))).exit).toBe(1);
  const stopped = noting({
    contain: async () => ({ ...execution, state: 'waiting-approval' }),
    undo: async () => ({ ...execution, state: 'stopped' }),
  });
  expect((await run(stopped.world, contain('--kubeconfig', 'kc', '--data', data, '--approve'))).exit).toBe(1);
  expect((await run(stopped.world, ['undo', 'inc_1', '--kubeconfig', 'kc', '--data', data])).exit).toBe(1);
});

test('who approves is said, remembered in the environment, or the user of the machine; never the same person twice', async () => {
  const approve = (...argv: string[]) => contain('--kubeconfig', 'kc', '--data', data, '--approve', ...argv);
  const { world, asked } = noting();
  expect((await run(world, approve('--as', ' Ada ', '--second', 'Grace'))).exit).toBe(0);
  expect(asked[1]).toMatchObject({ by: 'Ada', second: 'Grace' });
  vi.stubEnv('FIREBREAK_AS', 'Lin');
  await run(world, approve());
  expect(asked[4]).toMatchObject({ by: 'Lin', second: undefined });
  const alone = await run(world, [...approve('--as', 'Ada', '--second', 'ada'), '--json']);
  expect(alone.exit).toBe(1);
  expect(JSON.parse(alone.err).error.code).toBe('FB-APPROVAL-SECOND-PERSON');
  expect((await run(world, approve('--as', 'worker:1'))).exit).toBe(2);
});

test('contain wants a cluster; undo finds the one that the incident was contained on', async () => {
  const { world, asked } = noting();
  const nowhere = await run(world, [...contain('--data', data, '--approve'), '--json']);
  expect(nowhere.exit).toBe(2);
  expect(JSON.parse(nowhere.err).error).toMatchObject({
    code: 'FB-USAGE',
    why: expect.stringContaining('--kubeconfig'),
  });
  expect((await run(world, ['undo', 'inc_1', '--data', data])).exit).toBe(2);
  expect(asked).toEqual([]);
  await rememberTarget(data, 'inc_1', ['kubernetes:/etc/kc', 'aws:']);
  expect((await run(world, ['undo', 'inc_1', '--data', data, '--as', 'Ada', '--force'])).exit).toBe(0);
  expect(asked).toEqual([
    { data, database: undefined, target: ['kubernetes:/etc/kc', 'aws:'] },
    ['inc_1', { by: 'Ada', force: true, merge: false }],
    'closed',
  ]);
});

test('how long it stands and what the watch does is said at the beginning; later it is renewed, watched, held and merged', async () => {
  const { world, asked } = noting();
  const approve = (...argv: string[]) => contain('--kubeconfig', 'kc', '--data', data, '--approve', ...argv);
  const on = ['--kubeconfig', 'kc', '--data', data, '--as', 'Ada'];
  await run(world, approve('--expires', '4h', '--expires', 's3=30m', '--re-assert'));
  expect(asked[1]).toMatchObject({ lease: { ms: 14_400_000, steps: { s3: 1_800_000 } }, watch: 're-assert' });
  const said = async (...argv: string[]) => {
    asked.length = 0;
    const { exit } = await run(world, [...argv, ...on]);
    return [exit, asked[1]];
  };
  expect(await said('renew', 'inc_1', '--for', '2h', '--step', 's3')).toEqual([
    0,
    ['inc_1', { by: 'Ada', forMs: 7_200_000, steps: ['s3'] }],
  ]);
  expect(await said('watch', 'inc_1', '--once', '--re-assert')).toEqual([
    0,
    ['inc_1', { by: 'Ada', mode: 're-assert', once: true }],
  ]);
  for (const how of ['pause', 'resume', 'abort'])
    expect(await said(how, 'inc_1')).toEqual([0, ['inc_1', { by: 'Ada', how }]]);
  expect(await said('undo', 'inc_1', '--merge')).toEqual([0, ['inc_1', { by: 'Ada', force: false, merge: true }]]);
  for (const wrong of [
    ['--expires', '10s'],
    ['--expires', 'soon'],
    ['--expires', '1h', '--expires', '2h'],
  ])
    expect((await run(world, approve(...wrong))).exit, wrong.join(' ')).toBe(2);
  expect((await run(world, ['undo', 'inc_1', '--merge', '--force', ...on])).exit).toBe(2);
});

test('what is watched and no longer contained is 1, and says who and what is left', async () => {
  const step = { is: 'conflict' as const, object: 'o', path: '/a', before: '1', ours: '2', now: null };
  const open: Execution = {
    ...execution,
    state: 'not-contained',
    watch: { mode: 'alarm', lookedAt: '2026-01-01T00:00:00Z', note: 'Step 1 is reverted by argocd.' },
    expiresAt: '2026-01-01T00:00:00.000Z',
    steps: [
      {
        stepId: 's1',
        ordinal: 1,
        title: 'Do it',
        action: 'test.do',
        stage: 'access',
        target: { kind: 'Thing', id: 'test:Thing/a', name: 'a' },
        state: 'reverted',
        approvals: [],
        approvalsNeeded: 1,
        attempt: 1,
        startedAt: null,
        endedAt: null,
        changes: [],
        probes: [],
        reason: null,
        undo: 'Undo it.',
        reverted: { at: '2026-01-01T00:00:00Z', by: 'argocd', what: 'It is no longer in effect.' },
        reasserted: 2,
        leftovers: [step],
      },
    ],
  };
  const { world } = noting({ watch: async () => open });
  const { exit, out } = await run(world, ['watch', 'inc_1', '--once', '--kubeconfig', 'kc', '--data', data]);
  expect(exit).toBe(1);
  for (const words of ['expires: now', 'reverted by argocd', 'done again 2 times', 'before 1, ours 2, now absent'])
    expect(out).toContain(words);
});

test('an id from a person leads nowhere outside the folder of targets', async () => {
  await writeFile(join(data, 'secret.json'), '{"target":"kubernetes:/evil"}');
  for (const id of ['../secret', '..', '.', 'a/../../secret', '/etc/passwd', ''])
    expect(await targetOfIncident(data, id), id).toBeUndefined();
  await rememberTarget(data, '../../x', ['kubernetes:/etc/kc']);
  expect(await readdir(join(data, 'targets'))).toHaveLength(1);
  await writeFile(join(data, 'targets', 'half.json'), '{"targ');
  expect(await targetOfIncident(data, 'half')).toBeUndefined();
});

test('status reads what is there and begins nothing where nothing is', async () => {
  const { world, asked } = noting();
  const list = await run(world, ['status', '--data', data]);
  expect(list.exit).toBe(0);
  expect(list.out).toContain('A title\\u001b[2J');
  expect(JSON.parse((await run(world, ['status', '--data', data, '--json'])).out)).toEqual({ incidents: [incident] });
  const one = JSON.parse((await run(world, ['status', 'inc_1', '--data', data, '--json'])).out);
  expect(one).toEqual({ incident, execution: null });
  asked.length = 0;
  const missing = join(folder, 'mistyped');
  for (const argv of [['status'], ['undo', 'inc_1', '--kubeconfig', 'kc'], ['evidence', 'export', 'x', '-o', 'y']]) {
    const { exit, err } = await run(world, [...argv, '--data', missing, '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-NOT-FOUND');
  }
  expect(asked).toEqual([]);
});

test('a data directory that a server has open says where the server is', async () => {
  const openDesk = async () => {
    throw new FirebreakError('FB-STORAGE-LOCKED', 'Process 7 has it open.');
  };
  const world = bareWorld({ openDesk });
  const bare = JSON.parse((await run(world, ['status', '--data', data, '--json'])).err).error;
  expect(bare).toMatchObject({ code: 'FB-STORAGE-LOCKED', why: 'Process 7 has it open.' });
  for (const forged of ['', '{', '{"address":"javascript:x"}', '{"address":7}']) {
    await writeFile(join(data, 'server.json'), forged);
    const { exit, err } = await run(world, ['status', '--data', data, '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(err).error.why).toBe('Process 7 has it open.');
  }
  await writeFile(join(data, 'server.json'), JSON.stringify({ address: 'http://127.0.0.1:7447', pid: 7 }));
  const { exit, err } = await run(world, ['status', '--data', data]);
  expect(exit).toBe(1);
  expect(err).toContain('--server http://127.0.0.1:7447');
});

test('evidence is written whole or not at all', async () => {
  const file = join(data, 'evidence.tar');
  const { world } = noting();
  const written = await run(world, ['evidence', 'export', 'inc_1', '-o', file, '--data', data, '--json']);
  expect(JSON.parse(written.out)).toEqual({ file, verifierKey: 'key' });
  expect(await readdir(data)).toEqual(['evidence.tar']);

  const broken = noting({
    exportEvidence: async function* () {
      yield Buffer.from('half');
      throw new FirebreakError('FB-NOT-FOUND', 'The incident has no entry.');
    },
  });
  const other = join(data, 'other.tar');
  expect((await run(broken.world, ['evidence', 'export', 'inc_1', '-o', other, '--data', data])).exit).toBe(2);
  expect(await readdir(data)).toEqual(['evidence.tar']);

  await mkdir(join(data, 'folder'));
  for (const bad of [join(data, 'folder'), join(data, 'nowhere', 'x.tar')]) {
    const { exit, err } = await run(world, ['evidence', 'export', 'i', '-o', bad, '--data', data, '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-OUTPUT-UNWRITABLE');
  }
  expect((await readdir(data)).sort()).toEqual(['evidence.tar', 'folder']);
});

test('a server and something on this machine exclude each other; what is said counts before the environment', async () => {
  const { world, asked } = noting();
  const both = await run(world, ['status', '--data', data, '--server', 'http://127.0.0.1:1', '--json']);
  expect(both.exit).toBe(2);
  expect(JSON.parse(both.err).error.why).toContain('exclude each other');
  vi.stubEnv('FIREBREAK_SERVER', 'http://127.0.0.1:1');
  expect((await run(world, ['status', '--data', data])).exit).toBe(0);
  expect(asked).toHaveLength(2);
  const tokenless = JSON.parse((await run(world, ['status', '--json'])).err).error;
  expect(tokenless).toMatchObject({ code: 'FB-USAGE', why: expect.stringContaining('FIREBREAK_TOKEN') });
  vi.stubEnv('FIREBREAK_TOKEN', 'x');
  const named = await run(world, [...contain('--approve', '--as', 'Ada'), '--json']);
  expect(JSON.parse(named.err).error.why).toContain('--as has no meaning');
  expect((await run(world, ['status', '--json'])).exit).toBe(2);
});

test.each([
  '',
  'localhost:7447',
  'ftp://localhost',
  'http://a:b@localhost',
  'http://localhost/api',
  'http://localhost?x',
])('%j is no address of a server', async (server) => {
  const { exit, err } = await run(bareWorld({}), ['status', '--server', server, '--token', 'x', '--json']);
  expect(exit).toBe(2);
  expect(JSON.parse(err).error.code).toBe('FB-USAGE');
});

test('an interrupt reaches the desk, and the desk is closed', async () => {
  const terminal = testTerminal();
  const asked: string[] = [];
  const openDesk: World['openDesk'] = async (_where, signal) =>
    ({
      incidents: async () => {
        terminal.interrupt();
        signal.throwIfAborted();
      },
      close: async () => void asked.push('closed'),
    }) as unknown as Desk;
  const { exit, err } = await run(bareWorld({ openDesk }), ['status', '--data', data, '--json'], terminal);
  expect(exit).toBe(1);
  expect(JSON.parse(err).error.code).toBe('FB-CANCELLED');
  expect(asked).toEqual(['closed']);
});
