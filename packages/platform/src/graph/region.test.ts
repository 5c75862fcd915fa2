import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasBit } from './bitset.ts';
import { cutOfSteps, randomQuestions } from './random-hypergraph.ts';
import { reach } from './reach.ts';
import { regionBetween } from './region.ts';

test('a region answers for its goals as the whole graph does, and its edges are the same steps', () => {
  fc.assert(
    fc.property(randomQuestions(), fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }), (question, wanted) => {
      const { random, sources, severed } = question;
      const { graph, nodes } = random;
      const goals = wanted.map((goal) => goal % nodes);
      const cut = cutOfSteps(random, severed);
      const region = regionBetween(graph, sources, goals, { cut });
      const starts = sources.flatMap((source) => region.numberOf.get(source) ?? []);
      const [whole, part] = [reach(graph, sources, { cut }), reach(region.graph, starts, { cut: region.cut })];
      for (const goal of goals) {
        const inside = region.numberOf.get(goal);
        expect(inside === undefined ? -1 : part.hops[inside]).toBe(whole.hops[goal]);
      }
      region.edges.forEach((edge, number) => {
        const tails = [...region.graph.tailsOf(number)].map((tail) => region.nodes[tail]);
        expect(tails).toEqual([...graph.tailsOf(edge)]);
        expect(region.nodes[region.graph.heads[number] as number]).toBe(graph.heads[edge]);
        expect(region.graph.types[number]).toBe(graph.types[edge]);
      });
      for (const [node, number] of region.numberOf) {
        expect(hasBit(region.graph.hubs, number)).toBe(hasBit(graph.hubs, node));
      }
    }),
    { numRuns: 300 },
  );
});
