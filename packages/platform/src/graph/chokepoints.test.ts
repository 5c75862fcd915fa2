import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsetOf, hasBit } from './bitset.ts';
import { chokepoints } from './chokepoints.ts';
import { HypergraphBuilder } from './hypergraph.ts';
import { naiveHops, randomQuestions } from './random-hypergraph.ts';
import { reach } from './reach.ts';

test('chokepoints are exactly the nodes without which goals are lost', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, sources }) => {
      const { graph, nodes, steps } = random;
      const goals = Array.from({ length: nodes }, (_, node) => node);
      const reached = naiveHops(steps, sources);
      const expected = new Map<number, number>();
      for (const node of goals) {
        if (sources.includes(node)) continue;
        const left = naiveHops(steps, sources, [node]);
        const lost = goals.filter((goal) => goal !== node && reached.has(goal) && !left.has(goal));
        if (lost.length > 0) expected.set(node, lost.length);
      }
      const found = chokepoints(graph, sources, goals);
      expect(new Map(found.map(({ node, guards }) => [node, guards]))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('a long chain of plain edges is dominated link by link, without recursion', () => {
  const builder = new HypergraphBuilder();
  const length = 50_000;
  builder.addNodes(length);
  for (let node = 1; node < length; node += 1) builder.addEdge(node - 1, node, 0);
  const { graph } = builder.freeze();
  const found = chokepoints(graph, [0], [length - 1]);
  expect(found).toHaveLength(length - 2);
});

test('both holdings of an AND-step are chokepoints, though neither dominates in the plain graph', () => {
  const builder = new HypergraphBuilder();
  const [start, key, door, room] = [builder.addNode(), builder.addNode(), builder.addNode(), builder.addNode()];
  builder.addEdge(start, key, 0);
  builder.addEdge(start, door, 0);
  builder.addEdge([key, door], room, 0);
  const { graph } = builder.freeze();
  const found = chokepoints(graph, [start], [room]);
  expect(found).toEqual([
    { node: key, guards: 1 },
    { node: door, guards: 1 },
  ]);
  for (const { node } of found) {
    expect(hasBit(reach(graph, [start], { without: bitsetOf(graph.nodeCount, [node]) }).reached, room)).toBe(false);
  }
});
