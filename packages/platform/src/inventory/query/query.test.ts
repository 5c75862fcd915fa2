import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsetOf, membersOf } from '../../graph/bitset.ts';
import { naiveHops, randomQuestions } from '../../graph/random-hypergraph.ts';
import { group, smallWorld, step, thing } from '../../graph/small-world.ts';
import { queryNodes } from './query.ts';
import { reachedBy, reaching } from './relations.ts';

const now = new Date('2026-06-01T00:00:00Z');
const graph = smallWorld({
  nodes: [
    thing('Account/prod/old', {
      class: 'identity',
      tenure: { lifetime: 'static', access: 'standing', created: '2024-01-01', lastUsed: '2026-01-01T00:00:00Z' },
      about: { owner: 'ML Platform', tags: { team: 'ml', pii: '' }, impact: 3 },
    }),
    thing('Account/prod/never', { class: 'identity', tenure: { created: '2026-05-01', lastUsed: 'never' } }),
    thing('Account/test/short', {
      class: 'identity',
      tenure: { lifetime: 'short-lived', access: 'just-in-time', expires: '2026-06-03', lastUsed: '2026-05-31' },
    }),
    thing('Secret/prod/db', { class: 'credential', jewel: 'opens the database', labels: { tier: 'gold' } }),
    thing('Model/prod/llm', {
      class: 'model',
      jewel: 'weights',
      about: { impact: 9, permittedUse: ['research', 'eval'], vendor: 'Acme' },
      detail: { replicas: 4 },
    }),
    thing('Pod/prod/web', { facts: [] }),
  ],
  edges: {
    READ: [
      step('Account/prod/old', 'Secret/prod/db'),
      step('Account/prod/never', group('secrets', ['Secret/prod/db', 'Account/prod/never'])),
    ],
    COPY: [step('Secret/prod/db', 'Model/prod/llm', { with: ['test:Pod/prod/web'] })],
    RUNS: [step('Account/test/short', 'Pod/prod/web'), step('Account/test/short', 'Secret/prod/db')],
    SELF: [step('Pod/prod/web', group('only-me', ['Pod/prod/web']))],
  },
});
const ids = (text: string) => queryNodes(graph, text, now).map((node) => graph.nodeAt(node).id.slice('test:'.length));

const [old, never, short, secret, model, pod] = [
  'Account/prod/old',
  'Account/prod/never',
  'Account/test/short',
  'Secret/prod/db',
  'Model/prod/llm',
  'Pod/prod/web',
] as const;

test.each<[string, readonly string[]]>([
  ['everything', [never, old, short, model, pod, secret]],
  ['class = identity', [never, old, short]],
  ['class = identity and not namespace = prod', [short]],
  ['kind in (Secret, Mod*)', [model, secret]],
  ['jewel', [model, secret]],
  ['jewel = *database', [secret]],
  ['system = test and kind = Pod', [pod]],
  ['owner = "ML *"', [old]],
  ['owner != "ML *" and class = identity', [never, short]],
  ['tag:team = ml', [old]],
  ['tag:team', [old]],
  ['tag:pii', [old]],
  ['tag:pii = ""', [old]],
  ['label:tier = gold', [secret]],
  ['label:constructor', []],
  ['permitted-use = eval', [model]],
  ['impact >= 3', [old, model]],
  ['impact = 9', [model]],
  ['detail:replicas > 3', [model]],
  ['detail:replicas = 4', [model]],
  ['detail:replicas > 4', []],
  ['lifetime = static', [old]],
  ['access = just-in-time', [short]],
  ['idle > 90d', [never, old]],
  ['idle > 200d', [never]],
  ['idle <= 1d', [short]],
  ['last-used = never', [never]],
  ['last-used < 2026-03-01', [old]],
  ['last-used', [never, old, short]],
  ['age > 1y', [old]],
  ['expires < 7d', [short]],
  ['expires < 1d', []],
  ['expires >= 2026-06-03', [short]],
  ['unread', [pod]],
  ['limited', []],
  ['edge READ to jewel', [never, old]],
  ['edge R* to jewel', [never, old, short]],
  ['edge * to class = workload', [short]],
  ['edge SELF to everything', []],
  ['edge SELF from everything', []],
  ['edge COPY to everything', [pod, secret]],
  ['edge COPY from kind = Pod', [model]],
  ['edge READ from class = identity', [secret]],
  ['reaches(class = model)', [short, model]],
  ['reaches(class = model) within 1 steps', [model]],
  ['reaches(jewel) within 1 steps', [never, old, short, model, secret]],
  ['reached-by(class = identity and namespace = prod)', [never, old, secret]],
  ['reached-by(class = identity)', [never, old, short, model, pod, secret]],
  ['reached-by(class = identity) within 1 steps', [never, old, short, pod, secret]],
  ['reached-by(kind = Secret or kind = Pod)', [pod, secret]],
])('%s', (text, expected) => {
  expect(ids(text)).toEqual([...expected].sort((a, b) => (`test:${a}` < `test:${b}` ? -1 : 1)));
});

test('what rests on a gap is limited', () => {
  const gap = { kinds: ['*'], where: 'x', code: 'FB-K8S-FORBIDDEN', reason: 'no', next: 'ask' };
  const blind = smallWorld({ nodes: [thing('a')], edges: {}, gaps: [gap] });
  expect(queryNodes(blind, 'limited', now)).toHaveLength(1);
});

test('relations are what walking the steps by hand gives, start by start', () => {
  const within = fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY);
  fc.assert(
    fc.property(randomQuestions(), within, ({ random, sources }, steps) => {
      const { graph: made, nodes } = random;
      const every = Array.from({ length: nodes }, (_, node) => node);
      const [some, all] = [bitsetOf(made.nodeCount, sources), bitsetOf(made.nodeCount, every)];
      const alone = every.map((start) => naiveHops(random.steps, [start]));
      const near = (start: number, node: number) => (alone[start]?.get(node) ?? Number.POSITIVE_INFINITY) <= steps;
      expect([...membersOf(reaching(made, some, all, steps))]).toEqual(
        every.filter((start) => sources.some((goal) => near(start, goal) && alone[start]?.has(goal))),
      );
      expect([...membersOf(reachedBy(made, some, all, steps))]).toEqual(
        every.filter((node) => sources.some((start) => near(start, node) && alone[start]?.has(node))),
      );
    }),
    { numRuns: 500 },
  );
});
