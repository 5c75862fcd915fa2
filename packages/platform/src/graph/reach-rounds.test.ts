import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsetOf, hasBit } from './bitset.ts';
import { HypergraphBuilder } from './hypergraph.ts';
import { cutOfSteps, naiveHops, randomQuestions } from './random-hypergraph.ts';
import { reach } from './reach.ts';
import { byWork, type ChooseDirection } from './reach-rounds.ts';

/** A choice by a pattern of bits, one bit a round, which counts the rounds that it sent backward. */
function following(pattern: number): { choose: ChooseDirection; backward: () => number } {
  let [round, backward] = [0, 0];
  const choose = () => {
    const isBackward = ((pattern >>> (round & 31)) & 1) === 1;
    round += 1;
    if (isBackward) backward += 1;
    return isBackward;
  };
  return { choose, backward: () => backward };
}

/** Everything that an answer says. */
function said(...asked: Parameters<typeof reach>) {
  const { order, reached, hops, via, turns } = reach(...asked);
  return { order, reached, hops, via, turns };
}

test.each([
  ['small graphs', 9, 300],
  ['graphs with rounds both small and large to their size', 200, 60],
])(
  'which way a round looks changes nothing in the answer, and the answer is the definition: %s',
  (_, size, numRuns) => {
    let backward = 0;
    const property = fc.property(
      randomQuestions(size),
      fc.integer(),
      ({ random, sources, severed, without }, mixed) => {
        const { graph, nodes, steps } = random;
        const options = { cut: cutOfSteps(random, severed), without: bitsetOf(graph.nodeCount, without) };
        expect(graph.knownIncoming).toBeUndefined();
        const forward = said(graph, sources, options);
        expect(graph.knownIncoming).toBeUndefined();

        graph.incoming();
        for (const pattern of [0, -1, mixed]) {
          const choice = following(pattern);
          expect(said(graph, sources, options, choice.choose)).toEqual(forward);
          backward += choice.backward();
        }
        expect(said(graph, sources, options, byWork)).toEqual(forward);

        const expected = naiveHops(
          steps.filter((_, index) => !severed.includes(index)),
          sources,
          without,
        );
        for (let node = 0; node < nodes; node += 1) expect(forward.hops[node]).toBe(expected.get(node) ?? -1);
      },
    );
    fc.assert(property, { numRuns });
    expect(backward).toBeGreaterThan(numRuns);
  },
);

test('nodes are in order of rounds, in a round hubs first and then by number', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random: { graph }, sources }) => {
      const { order, hops } = reach(graph, sources);
      const rank = (node: number) => [hops[node] as number, hasBit(graph.hubs, node) ? 0 : 1];
      const sorted = [...order].sort((a, b) => {
        const [[round, kind], [otherRound, otherKind]] = [rank(a), rank(b)] as [[number, number], [number, number]];
        return round - otherRound || kind - otherKind || a - b;
      });
      expect([...order]).toEqual(sorted);
    }),
  );
});

test.each([4, 1000])('the nodes of a round are sorted whether they are many or few of all %i', (nodeCount) => {
  const builder = new HypergraphBuilder();
  builder.addNodes(nodeCount);
  for (const head of [3, 1, 2]) builder.addEdge(0, head, 0);
  expect([...reach(builder.freeze().graph, [0]).order]).toEqual([0, 1, 2, 3]);
});

test('of the edges that lead to a node in the same round, the lowest is the one by which it is reached', () => {
  const builder = new HypergraphBuilder();
  const [start, a, b, goal] = [builder.addNode(), builder.addNode(), builder.addNode(), builder.addNode()];
  builder.addEdge(b, goal, 0);
  builder.addEdge(start, b, 0);
  builder.addEdge(start, a, 0);
  const wanted = builder.addEdge(a, goal, 0);
  const { graph, placeOf } = builder.freeze();
  expect(reach(graph, [start]).via[goal]).toBe(placeOf[wanted]);
});

test('a round looks backward when its frontier has many edges and little is left to explore', () => {
  expect(byWork(1000, 100, 1000)).toBe(true);
  expect(byWork(10, 100, 1000)).toBe(false);
  expect(byWork(1000, 100_000, 1000)).toBe(false);
});
