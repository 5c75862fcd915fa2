import type { Gap } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { reach } from '../graph/reach.ts';
import { idOf, thing } from '../graph/small-world.ts';
import { scopeOf } from './scope.ts';
import { type LittleEstate, littleEstate } from './testing/little-estate.case.ts';

function scope(estate: LittleEstate, from = 'Pod/a/web') {
  const graph = littleEstate(estate);
  const start = [graph.resolve(idOf(from))];
  return scopeOf(graph, start, reach(graph.hypergraph, start));
}
const pods = ['Pod/a/web', 'Pod/a/worker', 'Pod/b/other'].map((text) => thing(text));
const gap: Gap = {
  kinds: ['kubernetes.role'],
  where: 'roles',
  code: 'FB-FORBIDDEN',
  reason: 'It was refused.',
  next: 'Grant it.',
};

test('what stays in its own namespace, all read, is isolated', () => {
  const { answer, reasons, boundaries, frontier, upstream } = scope({
    nodes: pods,
    edges: [{ from: 'Pod/a/web', to: 'Pod/a/worker' }],
  });
  expect(answer).toBe('isolated');
  expect(reasons[0]).toBe('Nothing leads out of test a.');
  expect(boundaries).toEqual([{ name: 'test a', reached: 1, jewels: 0, own: true }]);
  expect([frontier, upstream]).toEqual([[], []]);
});

test('another namespace or a jewel makes it wider, and who leads to it is named', () => {
  const wider = scope({
    nodes: pods,
    edges: [
      { from: 'Pod/a/web', to: 'Pod/b/other' },
      { from: 'Pod/a/worker', to: 'Pod/a/web' },
    ],
  });
  expect(wider.answer).toBe('wider');
  expect(wider.boundaries.map(({ name, own }) => [name, own])).toEqual([
    ['test a', true],
    ['test b', false],
  ]);
  expect(wider.upstream.map(({ name, by }) => [name, by])).toEqual([['worker', 'STEP_SECONDS']]);
  const jewel = scope({
    nodes: [pods[0] as (typeof pods)[0], thing('Pod/a/worker', { jewel: 'it matters' })],
    edges: [{ from: 'Pod/a/web', to: 'Pod/a/worker' }],
  });
  expect(jewel).toMatchObject({
    answer: 'wider',
    reasons: ['1 crown jewel is within reach.', 'Everything on the way was read.'],
  });
});

test('a gap on the way, or a name behind which nothing was read, is the frontier', () => {
  const nodes = pods.map((node) => ({ ...node, kind: 'Thing' }));
  const blind = scope({ nodes, edges: [{ from: 'Pod/a/web', to: 'Pod/a/worker' }], gaps: [gap] });
  expect(blind.answer).toBe('cannot-tell');
  expect(blind.frontier.map(({ node, is, hops }) => [node.name, is, hops])).toEqual([
    ['web', 'gap', 0],
    ['worker', 'gap', 1],
  ]);
  expect(blind.frontier[0]?.why).toContain('roles: It was refused.');
  const named = scope({ nodes: pods, edges: [{ from: 'Pod/a/web', to: 'Pod/a/unread' }] });
  expect(named.frontier.map(({ node, is }) => [node.id, is])).toEqual([[idOf('Pod/a/unread'), 'unread']]);
  const elsewhere = { ...gap, kinds: ['aws.role'] };
  expect(scope({ nodes: pods, edges: [], gaps: [elsewhere] }).answer).toBe('isolated');
});
