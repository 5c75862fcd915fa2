/**
 * Small random hypergraphs for property tests, each with the same steps written out as a plain list: hubs multiplied out,
 * AND-steps as sets. The list and the naive fixpoint over it share nothing with the graph's own algorithms.
 */
import fc from 'fast-check';
import { addBit, bitset } from './bitset.ts';
import { type Cut, type Hypergraph, HypergraphBuilder } from './hypergraph.ts';

/** One live step, and the edges of the hypergraph that it consists of. */
export interface PlainStep {
  readonly tails: readonly number[];
  readonly head: number;
  readonly edge: number;
  /** −1 when there is no hub between. */
  readonly membership: number;
}

export interface RandomGraph {
  readonly graph: Hypergraph;
  /** Nodes 0 … `nodes` − 1 are no hubs. */
  readonly nodes: number;
  readonly steps: readonly PlainStep[];
}

/** Graphs of up to `size` nodes and 3 hubs, with up to 2·`size` edges of one to three tails. */
function randomGraphs(size = 9): fc.Arbitrary<RandomGraph> {
  return fc
    .record({ nodes: fc.integer({ min: 2, max: size }), hubs: fc.integer({ min: 0, max: 3 }) })
    .chain(({ nodes, hubs }) => {
      const node = fc.nat(nodes - 1);
      return fc.record({
        nodes: fc.constant(nodes),
        edges: fc.array(
          fc.record({
            tails: fc.oneof(
              { arbitrary: fc.tuple(node), weight: 3 },
              { arbitrary: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }), weight: 1 },
            ),
            head: fc.nat(nodes + hubs - 1),
          }),
          { maxLength: size * 2 },
        ),
        members: fc.tuple(...Array.from({ length: hubs }, () => fc.uniqueArray(node, { maxLength: 4 }))),
      });
    })
    .map(({ nodes, edges, members }) => {
      const builder = new HypergraphBuilder();
      builder.addNodes(nodes);
      const hubs = members.map(() => builder.addHub());
      const arrived = edges.map(({ tails, head }) => builder.addEdge(tails, head, 0));
      const joined = members.map((nodesOf, at) => nodesOf.map((node) => builder.addEdge(hubs[at] as number, node, 1)));
      const { graph, placeOf } = builder.freeze();
      const place = (edge: number | undefined) => placeOf[edge as number] as number;
      const steps = edges.flatMap(({ tails, head }, at): PlainStep[] => {
        if (head < nodes) return [{ tails, head, edge: place(arrived[at]), membership: -1 }];
        return (members[head - nodes] ?? []).map((member, index) => ({
          tails,
          head: member,
          edge: place(arrived[at]),
          membership: place(joined[head - nodes]?.[index]),
        }));
      });
      return { graph, nodes, steps };
    });
}

/** A graph with some nodes to start from. */
export function randomQuestions(size = 9) {
  return randomGraphs(size).chain((random) =>
    fc.record({
      random: fc.constant(random),
      sources: fc.uniqueArray(fc.nat(random.nodes - 1), { minLength: 1, maxLength: 3 }),
      /** Which live steps are cut, by index. */
      severed: fc.uniqueArray(fc.nat(Math.max(0, random.steps.length - 1)), { maxLength: random.steps.length }),
      without: fc.uniqueArray(fc.nat(random.nodes - 1), { maxLength: 2 }),
    }),
  );
}

/** The cut that takes away the steps with these indices. */
export function cutOfSteps({ graph, steps }: RandomGraph, severed: readonly number[]): Cut {
  const edges = bitset(graph.edgeCount);
  const pairs = new Map<number, Set<number>>();
  for (const index of severed) {
    const step = steps[index];
    if (step === undefined) continue;
    addBit(edges, step.edge);
    if (step.membership >= 0) pairs.set(step.edge, (pairs.get(step.edge) ?? new Set()).add(step.membership));
  }
  return { edges, pairs };
}

/** Rounds by node, by the definition: in each round every step whose tails were held before it is taken. */
export function naiveHops(
  steps: readonly PlainStep[],
  sources: readonly number[],
  barred: readonly number[] = [],
): Map<number, number> {
  const hops = new Map<number, number>();
  for (const source of sources) if (!barred.includes(source)) hops.set(source, 0);
  for (let round = 1; ; round += 1) {
    const heads = steps
      .filter(({ tails, head }) => tails.every((tail) => hops.has(tail)) && !hops.has(head) && !barred.includes(head))
      .map(({ head }) => head);
    if (heads.length === 0) return hops;
    for (const head of heads) hops.set(head, round);
  }
}
