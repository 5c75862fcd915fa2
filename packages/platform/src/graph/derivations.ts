/**
 * The cheapest way to reach every node: Knuth's generalisation of Dijkstra's algorithm to superior functions (D. E. Knuth,
 * "A generalization of Dijkstra's algorithm", Information Processing Letters 6, 1977).
 *
 * A way to a node in a hypergraph is no path but a *derivation*: for an AND-step, a way to each of its tails. The cost of
 * taking an edge is its own cost plus the costs of all its tails. That function never falls below any of its arguments, so
 * the cheapest node that is not settled yet is final, exactly as with Dijkstra. Two things follow that one must know:
 *
 * - The cost is that of the derivation written out as a tree: a sub-derivation that two tails share is counted for both.
 *   (The cheapest derivation with sharing is a Steiner problem, NP-hard.) Where no AND-step is involved, tree and path are
 *   the same and the answer is the cheapest path.
 * - Costs must not be negative.
 */
import { bitset, hasBit } from './bitset.ts';
import { type Hypergraph, tailCounts } from './hypergraph.ts';
import { NodeHeap } from './node-heap.ts';
import type { ReachOptions, Trace } from './reach.ts';

export interface DerivationOptions extends ReachOptions {
  /** Stop as soon as this node is settled; other nodes may then lack an answer. */
  readonly goal?: number;
}

/** The cheapest derivation of every node; `derivationOf` writes one out. */
export interface Derivations extends Trace {
  /** By node; 0 for sources, Infinity for what is not reached. */
  readonly costs: Float64Array;
}

/**
 * Cheapest derivations from the sources. O((nodes + edges) log nodes).
 *
 * @param edgeCosts by edge, not negative
 */
export function cheapestDerivations(
  graph: Hypergraph,
  edgeCosts: Float64Array,
  sources: Iterable<number>,
  options: DerivationOptions = {},
): Derivations {
  const { nodeCount, plainCount, offsets, heads, needed, needOffsets, neededBy } = graph;
  const { cut, goal } = options;
  const without = options.without ?? bitset(nodeCount);
  const costs = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const via = new Int32Array(nodeCount).fill(-1);
  const turns = new Int32Array(nodeCount).fill(-1);
  const missing = tailCounts(graph);
  const heap = new NodeHeap(costs);

  const offer = (node: number, edge: number, cost: number) => {
    if (cost >= (costs[node] as number) || hasBit(without, node)) return;
    costs[node] = cost;
    via[node] = edge;
    heap.place(node);
  };
  const offerAlong = (edge: number, cost: number) => {
    const head = heads[edge] as number;
    if (cut === undefined || !hasBit(cut.edges, edge)) return offer(head, edge, cost);
    const severed = cut.pairs?.get(edge);
    if (severed === undefined) return;
    for (let out = offsets[head] as number; out < (offsets[head + 1] as number); out += 1) {
      if (!severed.has(out) && !hasBit(cut.edges, out)) {
        offer(heads[out] as number, edge, cost + (edgeCosts[out] as number));
      }
    }
  };

  for (const source of sources) offer(source, -1, 0);
  let turn = 0;
  for (let tail = heap.take(); tail >= 0; tail = heap.take()) {
    turns[tail] = turn;
    turn += 1;
    if (tail === goal) break;
    const cost = costs[tail] as number;
    for (let edge = offsets[tail] as number; edge < (offsets[tail + 1] as number); edge += 1) {
      offerAlong(edge, cost + (edgeCosts[edge] as number));
    }
    if (!hasBit(needed, tail)) continue;
    for (let need = needOffsets[tail] as number; need < (needOffsets[tail + 1] as number); need += 1) {
      const edge = neededBy[need] as number;
      const left = (missing[edge - plainCount] as number) - 1;
      missing[edge - plainCount] = left;
      if (left > 0) continue;
      let all = edgeCosts[edge] as number;
      for (const other of graph.tailsOf(edge)) all += costs[other] as number;
      offerAlong(edge, all);
    }
  }
  return { costs, via, turns };
}
