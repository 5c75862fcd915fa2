/**
 * The part of a hypergraph that matters to a question, as a small graph of its own: for questions that are asked many
 * times over, such as "and what is the best path without this step?".
 */
import { addBit, type Bitset, bitset, hasBit } from './bitset.ts';
import { type Cut, type Hypergraph, HypergraphBuilder } from './hypergraph.ts';
import { type ReachOptions, reach, reverseReach } from './reach.ts';

export interface Region {
  readonly graph: Hypergraph;
  /** By node of the region, its number in the whole graph. */
  readonly nodes: Int32Array;
  /** By edge of the region, its number in the whole graph. */
  readonly edges: Int32Array;
  /** By node of the whole graph, its number in the region. */
  readonly numberOf: ReadonlyMap<number, number>;
  /** What was cut, in the numbers of the region. */
  readonly cut: Cut;
}

/**
 * The nodes that the sources reach and that can contribute to a goal, with the edges between them. Every derivation of a
 * goal lies in there whole: the tails of each of its edges are reached, and contribute.
 */
export function regionBetween(
  graph: Hypergraph,
  sources: readonly number[],
  goals: readonly number[],
  options: ReachOptions = {},
): Region {
  const relevant = reverseReach(graph, goals, options);
  // A hub that was passed in spite of a partial cut is not reached itself, and yet on the way.
  const order = Array.from(reach(graph, sources, options).order);
  const passed = [...(options.cut?.pairs?.keys() ?? [])].map((edge) => graph.heads[edge] as number);
  const nodes = Int32Array.from(new Set([...order, ...passed].filter((node) => hasBit(relevant, node)))).sort();

  const builder = new HypergraphBuilder();
  const numberOf = new Map<number, number>();
  for (const node of nodes) numberOf.set(node, hasBit(graph.hubs, node) ? builder.addHub() : builder.addNode());
  const arrived: number[] = [];
  const add = (tails: readonly number[], edge: number) => {
    const [head, inside] = [numberOf.get(graph.heads[edge] as number), tails.map((tail) => numberOf.get(tail))];
    if (head === undefined || inside.includes(undefined)) return;
    builder.addEdge(inside as number[], head, graph.types[edge] as number);
    arrived.push(edge);
  };
  for (const node of nodes) {
    for (let edge = graph.offsets[node] as number; edge < (graph.offsets[node + 1] as number); edge += 1)
      add([node], edge);
  }
  for (let edge = graph.plainCount; edge < graph.edgeCount; edge += 1) add([...graph.tailsOf(edge)], edge);
  const { graph: small, placeOf } = builder.freeze();
  const edges = new Int32Array(arrived.length);
  for (const [at, edge] of arrived.entries()) edges[placeOf[at] as number] = edge;
  return { graph: small, nodes, edges, numberOf, cut: cutWithin(edges, options.cut) };
}

function cutWithin(edges: Int32Array, cut: Cut | undefined): Cut {
  const inside: Bitset = bitset(edges.length);
  const pairs = new Map<number, ReadonlySet<number>>();
  if (cut === undefined) return { edges: inside, pairs };
  const numberOf = new Map(Array.from(edges, (edge, number) => [edge, number]));
  for (const [number, edge] of edges.entries()) {
    if (!hasBit(cut.edges, edge)) continue;
    addBit(inside, number);
    const severed = cut.pairs?.get(edge);
    if (severed === undefined) continue;
    pairs.set(number, new Set([...severed].flatMap((membership) => numberOf.get(membership) ?? [])));
  }
  return { edges: inside, pairs };
}
