/** The commands that answer questions about an estate: shapes, exits, and what a terminal is shown. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  channelsSchema,
  differenceSchema,
  exposureSchema,
  type Gap,
  identitiesSchema,
  inventorySchema,
  lineageSchema,
  privilegesSchema,
  type Review,
  requestPathSchema,
  thirdPartiesSchema,
  threatModelSchema,
  whatIfSchema,
} from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { world as realWorld } from '../app/compose.ts';
import { smallWorld, step, thing } from '../graph/small-world.ts';
import { bareWorld, run, testTerminal } from './testing/run.ts';
import { smallEstate } from './testing/small-estate.ts';
import type { Desk } from './world.ts';

let folder: string;
let from: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-answers-'));
  from = await smallEstate(join(folder, 'estate'));
});
afterAll(() => rm(folder, { recursive: true }));

const server = 'kubernetes:ServiceAccount/serving/server';
const secret = 'kubernetes:Secret/serving/registry';
const toggle = 'kubernetes:RoleBinding/serving/server-reads';

/** Clears the screen, sets the title, turns the direction, starts a line of its own. */
const evil = 'x\u001b[2J\u009b1m\u001b]0;owned\u0007\u202e\nok    verified';
const gap: Gap = { kinds: ['*'], where: evil, code: 'FB-YAML-INVALID', reason: evil, next: evil };
const about = { owner: evil, vendor: evil, sensitivity: evil, duties: { [evil]: evil } };
const hostile = smallWorld({
  nodes: [
    thing(`Account/${evil}`, { class: 'identity', about, tenure: { lifetime: 'static', lastUsed: evil } }),
    thing(`Sync/${evil}`, { class: 'update-channel', about }),
    thing(`Endpoint/${evil}`, { class: 'endpoint' }),
    thing(`Pod/${evil}`),
    thing(`Model/${evil}`, { class: 'model', jewel: evil, about }),
  ],
  edges: {
    WRITE: [step(`Account/${evil}`, `Sync/${evil}`, { note: evil })],
    DELIVERS: [step(`Sync/${evil}`, `Pod/${evil}`)],
    LISTENS: [step(`Endpoint/${evil}`, `Pod/${evil}`)],
    READ: [step(`Pod/${evil}`, `Model/${evil}`, { note: evil })],
    ASSUME: [step(`Pod/${evil}`, `Account/${evil}`)],
  },
  gaps: [gap],
});
const other = smallWorld({ nodes: [thing(`Account/${evil}`, { class: 'identity' })], edges: {} });
const hostileWorld = bareWorld({
  open: async (specs) => {
    const graph = specs[0] === 'other' ? other : hostile;
    return { specs, estate: graph.estate, gaps: [gap], actions: [], graph: () => graph };
  },
});

const table: readonly (readonly [name: string, argv: string[], hostile: string[], schema: z.ZodObject])[] = [
  ['inventory query', ['inventory', 'query', 'reaches(jewel)'], ['inventory', 'query', 'everything'], inventorySchema],
  ['identities', ['identities'], ['identities'], identitiesSchema],
  ['request-path', ['request-path', 'Pod/model-0'], ['request-path', `test:Endpoint/${evil}`], requestPathSchema],
  ['exposure', ['exposure'], ['exposure'], exposureSchema],
  ['channels', ['channels'], ['channels'], channelsSchema],
  ['privileges', ['privileges'], ['privileges'], privilegesSchema],
  ['third-parties', ['third-parties'], ['third-parties'], thirdPartiesSchema],
  ['lineage', ['lineage', secret], ['lineage', `test:Model/${evil}`], lineageSchema],
  ['threat-model', ['threat-model', secret], ['threat-model', `test:Model/${evil}`], threatModelSchema],
  ['whatif', ['whatif', '--toggle', toggle], ['whatif', '--toggle', `test:Pod/${evil}`], whatIfSchema],
  ['diff', ['diff', '--against', 'other'], ['diff', '--against', 'other'], differenceSchema],
];

describe.each(table)('%s', (name, argv, hostileArgv, schema) => {
  test('answers people, and programs in the agreed shape', async () => {
    const own = name === 'diff' ? ['diff', '--against', from] : argv;
    const human = await run(realWorld, [...own, '--from', from]);
    expect(human).toMatchObject({ exit: 0, err: '' });
    expect(human.out.length).toBeGreaterThan(10);
    const machine = await run(realWorld, [...own, '--from', from, '--json']);
    expect(machine).toMatchObject({ exit: 0, err: '' });
    const parsed: unknown = JSON.parse(machine.out);
    expect(schema.strict().parse(parsed)).toEqual(parsed);
    expect(parsed).toMatchObject({ completeness: { answer: 'complete' } });
  });

  test('a terminal is shown hostile names and obeys none; a limited answer is 3', async () => {
    const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[\\d+m`, 'g');
    for (const flags of [[], ['--json']]) {
      const { out, err, exit } = await run(hostileWorld, [...hostileArgv, '--from', 'x', ...flags]);
      expect(exit).toBe(3);
      const said = (out + err).replaceAll(colours, '');
      expect(said).toContain('u001b');
      expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(said).not.toMatch(/^ok {4}verified/m);
    }
  });

  test('without a source it is 2', async () => {
    expect((await run(realWorld, argv)).exit).toBe(2);
  });
});

const accounts = ['--identities', 'kind = ServiceAccount'];
const json = async (...argv: string[]) => JSON.parse((await run(realWorld, [...argv, '--json'])).out);

test('the queries of the help work, and errors point', async () => {
  const answer = await json(
    'inventory',
    'query',
    'kind = ServiceAccount and reaches(jewel)',
    '--from',
    from,
    '--now',
    '2026-01-31',
  );
  expect(answer).toMatchObject({
    query: 'kind = ServiceAccount and reaches(jewel)',
    now: '2026-01-31T00:00:00.000Z',
    total: 1,
  });
  expect(answer.nodes[0].id).toBe(server);
  const { exit, err } = await run(realWorld, ['inventory', 'query', 'class = identiti', '--from', from, '--json']);
  expect(exit).toBe(2);
  expect(JSON.parse(err).error).toMatchObject({ code: 'FB-QUERY-INVALID', detail: { position: 8 } });
});

test('limits, thresholds and moments are checked', async () => {
  for (const argv of [
    ['inventory', 'query', 'jewel', '--limit', '0'],
    ['inventory', 'query', 'jewel', '--now', 'yesterday'],
    ['identities', '--stale', 'long'],
    ['whatif'],
    ['diff'],
    ['diff', '--since', '2026-01-01', '--against', 'x'],
    ['privileges', '--due', '2026-01-01'],
    ['reviews', 'decide', 'rev_1', 'item-1', 'perhaps'],
  ])
    expect((await run(realWorld, [...argv, '--from', from])).exit, argv.join(' ')).toBe(2);
});

test('exposure and what-if agree: without the binding the account reaches nothing', async () => {
  const exposure = await json('exposure', '--from', from, ...accounts);
  expect(exposure.identities.map(({ id }: { id: string }) => id)).toEqual([server]);
  const whatif = await json('whatif', '--from', from, '--toggle', toggle, ...accounts);
  expect(whatif.toggled).toEqual([{ toggle, is: 'fact', edges: expect.any(Number) }]);
  expect(whatif.before).toMatchObject({ exposing: 1, pairs: exposure.counts.pairs });
  expect(whatif.after).toMatchObject({ exposing: 0, pairs: 0 });
});

test('an edge can be toggled as it is printed', async () => {
  const { out } = await run(realWorld, ['edges', '--from', from]);
  const line = out.split('\n').find((each) => each.startsWith('SECRET_READ'));
  const whatif = await json('whatif', '--from', from, '--toggle', line ?? '', ...accounts);
  expect(whatif.relieved).toMatchObject([{ id: server, loses: [{ id: secret }] }]);
});

describe('privileges', () => {
  const event = (verb: string) =>
    JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      stage: 'ResponseComplete',
      verb,
      user: { username: 'system:serviceaccount:serving:server' },
      objectRef: { resource: 'secrets', namespace: 'serving', name: 'registry' },
      requestReceivedTimestamp: '2026-05-01T10:00:00Z',
    });

  test('an audit log says what was used', async () => {
    const log = join(folder, 'audit.log');
    await writeFile(log, `${event('get')}\nnot json\n\n${'x'.repeat(5 << 20)}\n${event('get')}`);
    const answer = await json('privileges', '--from', from, '--used', log);
    expect(answer.evidence).toMatchObject([{ source: log, events: 2 }]);
    expect(answer.identities).toMatchObject([{ id: server, verdict: 'over-granted', proposals: [{ remove: false }] }]);
    expect(answer.identities[0].proposals[0].diff).toContain('-      - list');
  });

  test('a file that is no audit log must not look like disuse', async () => {
    for (const file of [join(folder, 'estate', 'estate.yaml'), join(folder, 'nowhere')]) {
      const { exit, err } = await run(realWorld, ['privileges', '--from', from, '--used', file, '--json']);
      expect(exit).toBe(2);
      expect(JSON.parse(err).error.code).toBe('FB-AUDIT-UNREADABLE');
    }
  });

  test('a review is opened on the desk with what is known', async () => {
    const asked: unknown[] = [];
    const review: Review = {
      id: 'rev_1',
      title: evil,
      openedAt: 'then',
      openedBy: evil,
      due: null,
      state: 'open',
      items: [],
    };
    const desk = {
      openReview: async (request: unknown) => {
        asked.push(request);
        return review;
      },
      decideReview: async (request: unknown) => {
        asked.push(request);
        return review;
      },
      reviews: async () => [{ ...review, total: 1, decided: 0 }],
      review: async () => review,
      close: async () => {},
    } as unknown as Desk;
    const world = { ...realWorld, openDesk: async () => desk };
    const argv = [
      'privileges',
      '--from',
      from,
      '--review',
      'Third quarter',
      '--due',
      '2026-09-30',
      '--as',
      'ada',
      '--data',
      folder,
    ];
    const { exit, out } = await run(world, argv);
    expect(exit).toBe(0);
    expect(out).not.toContain('\u001b[2J');
    expect(asked).toMatchObject([
      {
        title: 'Third quarter',
        due: '2026-09-30T00:00:00.000Z',
        by: 'ada',
        items: [{ id: 'item-1', identity: { id: server }, grants: ['get, list secrets in serving'], reaches: 1 }],
      },
    ]);
    await run(world, [
      'reviews',
      'decide',
      'rev_1',
      'item-1',
      'revoke',
      '--note',
      'gone',
      '--as',
      'ada',
      '--data',
      folder,
    ]);
    expect(asked[1]).toEqual({ review: 'rev_1', item: 'item-1', verdict: 'revoke', note: 'gone', by: 'ada' });
    for (const more of [[], ['rev_1']])
      expect(await run(world, ['reviews', 'show', ...more, '--data', folder])).toMatchObject({ exit: 0 });
  });

  test('a server reviews its own estate', async () => {
    const { exit, err } = await run(
      realWorld,
      ['privileges', '--review', 'x', '--from', from, '--server', 'http://127.0.0.1:1', '--token', 't', '--json'],
      testTerminal(),
    );
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.why).toContain('leave --from');
  });
});

test('diff --since compares with what was recorded', async () => {
  const before = await realWorld.open([from], new AbortController().signal, () => {});
  const asked: unknown[] = [];
  const world = {
    ...realWorld,
    openHistory: async () => ({
      history: {
        at: async (scope: string, at: Date) => {
          asked.push(scope, at.toISOString());
          return { collection: { no: 1, at: 'then', facts: 1 }, estate: other.estate };
        },
      } as never,
      now: new Date(0),
      close: async () => {},
    }),
  };
  const { out, exit } = await run(world, ['diff', '--from', from, '--since', '2026-01-01', '--json']);
  expect(exit).toBe(0);
  expect(asked).toEqual([from, '2026-01-01T00:00:00.000Z']);
  expect(differenceSchema.parse(JSON.parse(out)).objects.added).toHaveLength(before.graph().nodeCount);
});

test('what a plan promises, what-if confirms: without its levers nothing protected is left', async () => {
  const plan = await json('plan', '--from', from, '--compromised', server);
  const cuts = plan.steps.filter(({ reason }: { reason: string }) => reason === 'cut');
  const toggles = cuts.flatMap(({ lever }: { lever: { key: string } }) => ['--toggle', lever.key]);
  expect(cuts.length).toBeGreaterThan(0);
  const whatif = await json('whatif', '--from', from, '--identities', `id = "${server}"`, ...toggles);
  expect(whatif.toggled.map(({ is }: { is: string }) => is)).toEqual(cuts.map(() => 'lever'));
  expect(whatif.before.pairs).toBeGreaterThan(0);
  expect(whatif.after.pairs).toBe(0);
});
