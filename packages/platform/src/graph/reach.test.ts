import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsetOf, hasBit, membersOf } from './bitset.ts';
import { HypergraphBuilder } from './hypergraph.ts';
import { cutOfSteps, naiveHops, randomQuestions } from './random-hypergraph.ts';
import { derivationOf, reach, reverseReach } from './reach.ts';
import { reachMany } from './reach-many.ts';

test('reach and hops are those of the definition, with AND-steps, hubs, cuts and nodes taken away', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, sources, severed, without }) => {
      const { graph, nodes, steps } = random;
      const result = reach(graph, sources, {
        cut: cutOfSteps(random, severed),
        without: bitsetOf(graph.nodeCount, without),
      });
      const left = steps.filter((_, index) => !severed.includes(index));
      const expected = naiveHops(left, sources, without);
      for (let node = 0; node < nodes; node += 1) {
        expect(result.hops[node]).toBe(expected.get(node) ?? -1);
        expect(hasBit(result.reached, node)).toBe(expected.has(node));
      }
      expect([...result.order].sort((a, b) => a - b)).toEqual([...membersOf(result.reached)]);
    }),
    { numRuns: 500 },
  );
});

test('many starts at once are each start alone', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, severed, without }) => {
      const { graph, nodes } = random;
      const options = { cut: cutOfSteps(random, severed), without: bitsetOf(graph.nodeCount, without) };
      // More than a word of starts: every node alone, five times over, and pairs.
      const starts = Array.from({ length: nodes * 5 }, (_, at) => (at < nodes ? [at] : [at % nodes, (at * 7) % nodes]));
      const many = reachMany(graph, starts, options);
      starts.forEach((start, at) => {
        const alone = reach(graph, start, options);
        for (let node = 0; node < nodes; node += 1) expect(many.has(at, node)).toBe(hasBit(alone.reached, node));
      });
    }),
    { numRuns: 150 },
  );
});

test('a derivation replays: the tails of each edge are held when its turn comes, and the last edge gives the goal', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, sources, severed }) => {
      const { graph, nodes, steps } = random;
      const result = reach(graph, sources, { cut: cutOfSteps(random, severed) });
      const passed = steps.filter((_, index) => !severed.includes(index));
      for (let goal = 0; goal < nodes; goal += 1) {
        if (!hasBit(result.reached, goal)) {
          expect(() => derivationOf(graph, result, goal)).toThrow(RangeError);
          continue;
        }
        const edges = derivationOf(graph, result, goal);
        expect(new Set(edges).size).toBe(edges.length);
        const held = new Set(sources);
        for (const edge of edges) {
          expect([...graph.tailsOf(edge)].every((tail) => held.has(tail))).toBe(true);
          held.add(graph.heads[edge] as number);
        }
        expect(held.has(goal)).toBe(true);
        // No step that was cut is among what the derivation consists of.
        const used = passed.filter(
          ({ edge, membership }) => edges.includes(edge) && (membership < 0 || edges.includes(membership)),
        );
        expect(naiveHops(used, sources).has(goal)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('nothing that reverse reach leaves out matters for the goal', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, sources, severed }) => {
      const { graph, nodes } = random;
      const cut = cutOfSteps(random, severed);
      const free = reach(graph, sources, { cut });
      for (let goal = 0; goal < nodes; goal += 1) {
        const relevant = reverseReach(graph, [goal], { cut });
        const rest = Array.from({ length: graph.nodeCount }, (_, node) => node).filter(
          (node) => !hasBit(relevant, node),
        );
        const narrowed = reach(graph, sources, { cut, without: bitsetOf(graph.nodeCount, rest) });
        expect(hasBit(narrowed.reached, goal)).toBe(hasBit(free.reached, goal));
      }
    }),
    { numRuns: 200 },
  );
});

test('an AND-step is taken only when everything that it needs is held', () => {
  const builder = new HypergraphBuilder();
  const [key, door, room, attic] = [builder.addNode(), builder.addNode(), builder.addNode(), builder.addNode()];
  builder.addEdge([key, door], room, 0);
  builder.addEdge(room, attic, 0);
  const { graph } = builder.freeze();
  expect([...reach(graph, [key]).order]).toEqual([key]);
  expect([...reach(graph, [key, door]).hops]).toEqual([0, 0, 1, 2]);
});

test('an edge needs a tail, and nodes that exist', () => {
  const builder = new HypergraphBuilder();
  const node = builder.addNode();
  expect(() => builder.addEdge([], node, 0)).toThrow(RangeError);
  expect(() => builder.addEdge(node, 1, 0)).toThrow(RangeError);
  expect(() => builder.addEdge([node, -1], node, 0)).toThrow(RangeError);
});
