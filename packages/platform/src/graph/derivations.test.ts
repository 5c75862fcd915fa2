import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestDerivations } from './best-derivations.ts';
import { bitset } from './bitset.ts';
import { cheapestDerivations } from './derivations.ts';
import { type Hypergraph, HypergraphBuilder } from './hypergraph.ts';
import { cutOfSteps, type PlainStep, randomQuestions } from './random-hypergraph.ts';
import { derivationOf, reach } from './reach.ts';

/** Multiples of 1/4, so that sums are exact. */
function costsOf(graph: Hypergraph, seed: number): Float64Array {
  return Float64Array.from({ length: graph.edgeCount }, (_, edge) => ((edge * 7919 + seed * 104_729) % 13) / 4);
}

/** The definition, iterated until nothing falls any more. */
function naiveCosts(steps: readonly PlainStep[], sources: readonly number[], costs: Float64Array): Map<number, number> {
  const best = new Map(sources.map((source) => [source, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { tails, head, edge, membership } of steps) {
      const own = (costs[edge] as number) + (membership < 0 ? 0 : (costs[membership] as number));
      const cost = tails.reduce((sum, tail) => sum + (best.get(tail) ?? Number.POSITIVE_INFINITY), own);
      if (cost < (best.get(head) ?? Number.POSITIVE_INFINITY)) {
        best.set(head, cost);
        changed = true;
      }
    }
  }
  return best;
}

test('the cheapest derivation costs what the definition says, cuts included', () => {
  fc.assert(
    fc.property(randomQuestions(), fc.nat(100), ({ random, sources, severed }, seed) => {
      const { graph, nodes, steps } = random;
      const costs = costsOf(graph, seed);
      const best = cheapestDerivations(graph, costs, sources, { cut: cutOfSteps(random, severed) });
      const left = steps.filter((_, index) => !severed.includes(index));
      const expected = naiveCosts(left, sources, costs);
      for (let node = 0; node < nodes; node += 1) {
        expect(best.costs[node]).toBe(expected.get(node) ?? Number.POSITIVE_INFINITY);
      }
    }),
    { numRuns: 400 },
  );
});

test('a derivation replays and its cost as a tree is the cost that was promised', () => {
  fc.assert(
    fc.property(randomQuestions(), fc.nat(100), ({ random, sources }, seed) => {
      const { graph, nodes } = random;
      const costs = costsOf(graph, seed);
      const best = cheapestDerivations(graph, costs, sources);
      for (let goal = 0; goal < nodes; goal += 1) {
        if ((best.turns[goal] as number) < 0) continue;
        const treeCost = new Map(sources.map((source) => [source, 0]));
        for (const edge of derivationOf(graph, best, goal)) {
          let cost = costs[edge] as number;
          for (const tail of graph.tailsOf(edge)) cost += treeCost.get(tail) ?? Number.NaN;
          treeCost.set(graph.heads[edge] as number, cost);
        }
        expect(treeCost.get(goal)).toBe(best.costs[goal]);
      }
    }),
    { numRuns: 300 },
  );
});

/** All minimal sets of edges that are enough for the goal, by trying every set. */
function minimalSets(graph: Hypergraph, sources: readonly number[], goal: number): Set<string> {
  const enough = (set: number) => {
    const edges = bitset(graph.edgeCount);
    edges[0] = ~set;
    return reach(graph, sources, { cut: { edges } }).order.includes(goal);
  };
  const minimal = new Set<string>();
  for (let set = 0; set < 1 << graph.edgeCount; set += 1) {
    const edges = Array.from({ length: graph.edgeCount }, (_, edge) => edge).filter((edge) => (set >>> edge) & 1);
    if (enough(set) && edges.every((edge) => !enough(set & ~(1 << edge)))) minimal.add(edges.join());
  }
  return minimal;
}

test('asked for all, the alternatives are all minimal derivations, cheapest first', () => {
  fc.assert(
    fc.property(randomQuestions(4), fc.nat(100), ({ random, sources }, seed) => {
      const { graph, nodes } = random;
      fc.pre(graph.edgeCount <= 9);
      const goal = nodes - 1;
      fc.pre(!sources.includes(goal));
      const found = bestDerivations(graph, costsOf(graph, seed), sources, [goal], { limit: 1000 });
      const sets = found.map(({ edges }) => [...edges].sort((a, b) => a - b).join());
      expect(new Set(sets).size).toBe(sets.length);
      expect(new Set(sets)).toEqual(minimalSets(graph, sources, goal));
      found.forEach(({ cost }, at) => {
        expect(cost).toBeGreaterThanOrEqual(found[at - 1]?.cost ?? 0);
      });
    }),
    { numRuns: 150 },
  );
});

test('every goal gets its best derivation before any goal gets a second one', () => {
  const builder = new HypergraphBuilder();
  builder.addNodes(4);
  for (const head of [1, 2, 3]) for (const type of [0, 1]) builder.addEdge(0, head, type);
  const { graph } = builder.freeze();
  const costs = Float64Array.from([1, 2, 3, 4, 50, 60]);
  const found = bestDerivations(graph, costs, [0], [1, 2, 3], { limit: 4 });
  expect(found.map(({ goal, cost }) => [goal, cost])).toEqual([
    [1, 1],
    [2, 3],
    [3, 50],
    [1, 2],
  ]);
});

test('a needle is found among thousands of dead ends', () => {
  const builder = new HypergraphBuilder();
  const [entry, goal] = [builder.addNode(), builder.addNode()];
  const expected: number[] = [];
  for (let branch = 0; branch < 5000; branch += 1) {
    // Each dead end is cheaper to enter than the needle and three steps deep.
    let at = entry;
    for (let depth = 0; depth < 3; depth += 1) {
      const next = builder.addNode();
      const edge = builder.addEdge(at, next, 0);
      if (branch === 4321) expected.push(edge);
      at = next;
    }
    if (branch === 4321) expected.push(builder.addEdge(at, goal, 1));
  }
  const { graph, placeOf } = builder.freeze();
  const costs = Float64Array.from(graph.types, (type) => (type === 1 ? 9 : 1));
  const [best, ...others] = bestDerivations(graph, costs, [entry], [goal], { limit: 10 });
  expect(best?.edges).toEqual(expected.map((edge) => placeOf[edge]));
  expect(others).toEqual([]);
});
