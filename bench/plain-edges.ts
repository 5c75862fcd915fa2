import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import type { PeerGraph } from './peers/peer.ts';

/**
 * A graph as systems know it that have no AND-steps, no types and no two edges between the same nodes: distinct pairs of a tail and
 * a head, hubs being nodes. Numbers are those of the graph, or those that `numberOf` gives.
 */
export function plainEdges(graph: AttackGraph, numberOf: (node: number) => number = (node) => node): PeerGraph {
  const { plainCount, nodeCount, heads } = graph.hypergraph;
  const { tails } = graph.hypergraph.incoming();
  const numbers = Int32Array.from({ length: nodeCount }, (_, node) => numberOf(node));
  const numbered = (nodes: Int32Array) => nodes.subarray(0, plainCount).map((node) => numbers[node] as number);
  const pairs = packed({ tails: numbered(tails), heads: numbered(heads) });
  return { nodeCount: numbers.reduce((largest, number) => Math.max(largest, number), -1) + 1, ...unpacked(pairs) };
}

/** Pairs packed as `tail · 2^26 + head`. */
export function unpacked(pairs: Iterable<number>): Pick<PeerGraph, 'tails' | 'heads'> {
  const all = Float64Array.from(pairs);
  return {
    tails: Int32Array.from(all, (pair) => Math.floor(pair / 2 ** 26)),
    heads: Int32Array.from(all, (pair) => pair % 2 ** 26),
  };
}

/** The pairs of a graph, packed. */
export function packed({ tails, heads }: Pick<PeerGraph, 'tails' | 'heads'>): Set<number> {
  const pairs = new Set<number>();
  for (let edge = 0; edge < tails.length; edge += 1)
    pairs.add((tails[edge] as number) * 2 ** 26 + (heads[edge] as number));
  return pairs;
}
