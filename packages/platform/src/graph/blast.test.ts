import { blastSchema, edgeLineSchema, nodeLineSchema, pathsSchema } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { blastOf, pathsFrom } from './blast.ts';
import { edgeLines, nodeLines } from './exports.ts';
import { bestPath } from './paths.ts';
import { group, smallWorld, step, thing } from './small-world.ts';

/**
 * A web pod holds an account; the account may exec into any pod of its namespace; the vault pod has a key, the desk pod a
 * code, and the safe needs both.
 */
const pods = group('pods:prod', ['Pod/prod/web', 'Pod/prod/vault', 'Pod/prod/desk']);
const graph = smallWorld({
  nodes: [
    thing('Pod/prod/web'),
    thing('Pod/prod/vault'),
    thing('Pod/prod/desk'),
    thing('ServiceAccount/prod/web', { class: 'identity' }),
    thing('Secret/prod/key', { class: 'credential', jewel: 'half of the safe' }),
    thing('Code/prod/code', { class: 'credential' }),
    thing('Safe/safe', { class: 'dataset', jewel: 'everything is in it' }),
    thing('Safe/far-away', { class: 'dataset', jewel: 'nobody gets there' }),
  ],
  edges: {
    ASSUME: [step('Pod/prod/web', 'ServiceAccount/prod/web')],
    EXEC: [step('ServiceAccount/prod/web', pods, { likelihood: 0.5, note: 'verb create' })],
    READ: [step('Pod/prod/vault', 'Secret/prod/key'), step('Pod/prod/desk', 'Code/prod/code')],
    OPEN: [step('Secret/prod/key', 'Safe/safe', { with: ['test:Code/prod/code'] })],
  },
});
const web = graph.resolve('Pod/web');

test('a blast radius lists what is reached, nearest first, with jewels and chokepoints', () => {
  const blast = blastSchema.parse(blastOf(graph, [web]));
  expect(blast.reached.map(({ id, hops }) => [id.slice(5), hops])).toEqual([
    ['Pod/prod/web', 0],
    ['ServiceAccount/prod/web', 1],
    ['Pod/prod/desk', 2],
    ['Pod/prod/vault', 2],
    ['Code/prod/code', 3],
    ['Secret/prod/key', 3],
    ['Safe/safe', 4],
  ]);
  expect(blast.jewels.map(({ id }) => id)).toEqual(['test:Safe/safe', 'test:Secret/prod/key']);
  expect(blast.chokepoints.map(({ id, guards }) => [id.slice(5), guards])).toEqual([
    ['Pod/prod/vault', 2],
    ['ServiceAccount/prod/web', 2],
    ['Code/prod/code', 1],
    ['Pod/prod/desk', 1],
    ['Secret/prod/key', 1],
  ]);
  expect(blast.counts).toEqual({ nodes: 8, edges: 7, reached: 7, jewels: 2 });
});

test('a path is told step by step, each after what it needs, with groups passed in one step', () => {
  const { paths } = pathsSchema.parse(pathsFrom(graph, web, graph.resolve('Safe/safe'), 1));
  expect(paths).toHaveLength(1);
  const [path] = paths;
  expect(path?.steps.map(({ type, from, to, group: through }) => [type, from.name, to.name, through])).toEqual([
    ['ASSUME', 'web', 'web', undefined],
    ['EXEC', 'web', 'vault', 'any of pods:prod'],
    ['READ', 'vault', 'key', undefined],
    ['EXEC', 'web', 'desk', 'any of pods:prod'],
    ['READ', 'desk', 'code', undefined],
    ['OPEN', 'key', 'safe', undefined],
  ]);
  expect(path).toMatchObject({ jewel: 'everything is in it', likelihood: 0.25, goal: { name: 'safe' } });
  expect(path?.steps[1]).toEqual({
    type: 'EXEC',
    from: { kind: 'ServiceAccount', id: 'test:ServiceAccount/prod/web', name: 'web' },
    to: { kind: 'Pod', id: 'test:Pod/prod/vault', name: 'vault' },
    group: 'any of pods:prod',
    what: 'what EXEC is',
    why: 'why EXEC works',
    cut: 'how to cut EXEC',
    facts: ['fact:ServiceAccount/prod/web', 'fact:member Pod/prod/vault'],
    note: 'verb create',
    techniques: ['T1609'],
    likelihood: 0.5,
    traverse: 'seconds',
  });
  expect(path?.steps[5]?.with?.map(({ name }) => name)).toEqual(['code']);
});

test('without a goal the crown jewels are the goals, the nearest first', () => {
  const { paths, goal } = pathsFrom(graph, web, undefined, 10);
  expect(goal).toBeUndefined();
  expect(paths.map((path) => path.goal.name)).toEqual(['key', 'safe']);
});

test('there is no path to where one is or cannot get', () => {
  expect(bestPath(graph, [web], web)).toBeUndefined();
  expect(bestPath(graph, [web], graph.resolve('Safe/far-away'))).toBeUndefined();
});

test('lines have the form that the contract promises, hubs multiplied out', () => {
  const nodes = [...nodeLines(graph)].map((line) => nodeLineSchema.strict().parse(line));
  const edges = [...edgeLines(graph)].map((line) => edgeLineSchema.strict().parse(line));
  expect(nodes.map(({ id }) => id)).not.toContain('group:pods:prod');
  expect(edges.map(({ type, from, to }) => `${type} ${from.id} ${to.id}`.replaceAll('test:', ''))).toEqual([
    'READ Pod/prod/desk Code/prod/code',
    'READ Pod/prod/vault Secret/prod/key',
    'ASSUME Pod/prod/web ServiceAccount/prod/web',
    'EXEC ServiceAccount/prod/web Pod/prod/desk',
    'EXEC ServiceAccount/prod/web Pod/prod/vault',
    'EXEC ServiceAccount/prod/web Pod/prod/web',
    'OPEN Secret/prod/key Safe/safe',
  ]);
  expect(edges[0]).toMatchObject({ aka: { kubehound: 'READ' }, techniques: ['T1609'] });
});
