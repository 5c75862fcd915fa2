import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HypergraphBuilder } from './hypergraph.ts';

const edges = fc.array(
  fc.record({
    tails: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
    head: fc.nat(7),
    type: fc.nat(65_535),
  }),
  { maxLength: 40 },
);

test('freezing keeps every edge, and the builder says where it went', () => {
  fc.assert(
    fc.property(edges, (given) => {
      const builder = new HypergraphBuilder();
      builder.addNodes(8);
      const arrived = given.map(({ tails, head, type }) => builder.addEdge(tails, head, type));
      const { graph, placeOf } = builder.freeze();
      expect(graph.edgeCount).toBe(given.length);
      given.forEach(({ tails, head, type }, at) => {
        const edge = placeOf[arrived[at] as number] as number;
        expect([...graph.tailsOf(edge)]).toEqual([...new Set(tails)]);
        expect(graph.heads[edge]).toBe(head);
        expect(graph.types[edge]).toBe(type);
        expect(edge < graph.plainCount).toBe(new Set(tails).size === 1);
      });
      expect(new Set(placeOf).size).toBe(given.length);
    }),
  );
});

test('edges of one tail lie together, and incoming edges and needs are complete', () => {
  fc.assert(
    fc.property(edges, (given) => {
      const builder = new HypergraphBuilder();
      builder.addNodes(8);
      for (const { tails, head, type } of given) builder.addEdge(tails, head, type);
      const { graph } = builder.freeze();
      const incoming = graph.incoming();
      for (let node = 0; node < 8; node += 1) {
        const into = incoming.edges.subarray(incoming.offsets[node], incoming.offsets[node + 1]);
        expect([...into]).toEqual([...graph.heads.keys()].filter((edge) => graph.heads[edge] === node));
        const needed = graph.neededBy.subarray(graph.needOffsets[node], graph.needOffsets[node + 1]);
        const all = Array.from({ length: graph.edgeCount - graph.plainCount }, (_, and) => and + graph.plainCount);
        expect([...needed].sort((a, b) => a - b)).toEqual(
          all.filter((edge) => [...graph.tailsOf(edge)].includes(node)),
        );
        for (let edge = graph.offsets[node] as number; edge < (graph.offsets[node + 1] as number); edge += 1) {
          expect([...graph.tailsOf(edge)]).toEqual([node]);
        }
      }
      expect(graph.offsets[8]).toBe(graph.plainCount);
    }),
  );
});
