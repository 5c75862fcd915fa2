/**
 * What can be reached: the least fixpoint of "whoever holds all tails of an edge can hold its head".
 *
 * One breadth-first pass. An edge with one tail is taken when its tail leaves the queue; an AND-step has a counter and is
 * taken when its last tail does, so the round in which a node is first reached is the fewest rounds in which it can be.
 * Entering a hub and leaving it for a member is one step, so members join the queue together with their hub.
 *
 * The inner loop is the whole performance. Most edges lead to what was reached before, so that is asked first, of one bit
 * per node that stays in the processor's cache; cuts and hubs are looked at only for heads that are new, which is once per
 * node, and a what-if costs the same one pass. The loop writes the queue and nothing else at random places in memory:
 * hops and the edges of arrival are spread out by node when somebody asks for them.
 */
import { addBit, type Bitset, bitset, hasBit } from './bitset.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';

export interface ReachOptions {
  /** Edges that cannot be taken. */
  readonly cut?: Cut;
  /** Nodes that cannot be held, not even as a source. */
  readonly without?: Bitset;
}

export interface Reached {
  /** The sources and everything that they give, hubs included. */
  readonly reached: Bitset;
  /** The nodes reached, in the order in which they were: hops ascend. */
  readonly order: Int32Array;
  /** Fewest rounds by node: 0 for a source, −1 when it is not reached. */
  readonly hops: Int32Array;
  /**
   * By node, the edge by which it was first reached; −1 for sources and what is not reached. When a hub was passed in spite
   * of a partial cut (`Cut.pairs`), a member's edge is the one *into* the hub: its head is then the hub and not the member.
   */
  readonly via: Int32Array;
}

/** Everything that the sources can reach. Time O(edges); neither cut nor AND-steps nor hubs change that. */
export function reach(graph: Hypergraph, sources: Iterable<number>, options: ReachOptions = {}): Reached {
  const { nodeCount, plainCount, edgeCount, offsets, heads, hubs, needOffsets, neededBy } = graph;
  const cut = options.cut?.edges;
  const pass = new Pass(graph, options);
  const { seen, order, arrivals } = pass;
  const missing = tailCounts(graph);
  const levels: number[] = [];
  for (const source of sources) pass.arrive(source, -1);

  let found = pass.found;
  let levelEnd = 0;
  for (let next = 0; next < found; next += 1) {
    if (next === levelEnd) {
      levels.push(next);
      levelEnd = found;
    }
    const tail = order[next] as number;
    if (((hubs[tail >>> 5] as number) >>> (tail & 31)) & 1) continue; // its members came with it
    const end = offsets[tail + 1] as number;
    for (let edge = offsets[tail] as number; edge < end; edge += 1) {
      const head = heads[edge] as number;
      const word = seen[head >>> 5] as number;
      const bit = 1 << (head & 31);
      if ((word & bit) !== 0) continue;
      if (cut !== undefined && ((cut[edge >>> 5] as number) >>> (edge & 31)) & 1) {
        pass.found = found;
        pass.arriveInPart(edge);
        found = pass.found;
      } else if (((hubs[head >>> 5] as number) & bit) !== 0) {
        pass.found = found;
        pass.arrive(head, edge);
        found = pass.found;
      } else {
        seen[head >>> 5] = word | bit;
        order[found] = head;
        arrivals[found] = edge;
        found += 1;
      }
    }
    if (edgeCount === plainCount) continue;
    const needEnd = needOffsets[tail + 1] as number;
    for (let need = needOffsets[tail] as number; need < needEnd; need += 1) {
      const edge = neededBy[need] as number;
      const left = (missing[edge - plainCount] as number) - 1;
      missing[edge - plainCount] = left;
      if (left > 0) continue;
      pass.found = found;
      if (cut !== undefined && hasBit(cut, edge)) pass.arriveInPart(edge);
      else pass.arrive(heads[edge] as number, edge);
      found = pass.found;
    }
  }
  if (options.without !== undefined) remove(seen, options.without);
  return new BreadthFirst(nodeCount, seen, order.subarray(0, found), arrivals, levels);
}

/** The state of a pass and its rarer turns, kept out of the inner loop. */
class Pass {
  readonly seen: Bitset;
  readonly order: Int32Array;
  /** By place in the order, the edge of arrival. */
  readonly arrivals: Int32Array;
  found = 0;
  readonly #graph: Hypergraph;
  readonly #cut: Cut | undefined;

  constructor(graph: Hypergraph, options: ReachOptions) {
    this.#graph = graph;
    this.#cut = options.cut;
    // What must not be held counts as seen from the start, so the loop needs no test for it.
    this.seen = options.without === undefined ? bitset(graph.nodeCount) : options.without.slice();
    this.order = new Int32Array(graph.nodeCount);
    this.arrivals = new Int32Array(graph.nodeCount);
  }

  /** Notes that a node is reached, with its members if it is a hub. */
  arrive(node: number, edge: number): void {
    if (hasBit(this.seen, node)) return;
    addBit(this.seen, node);
    this.order[this.found] = node;
    this.arrivals[this.found] = edge;
    this.found += 1;
    if (!hasBit(this.#graph.hubs, node)) return;
    const { offsets, heads } = this.#graph;
    for (let out = offsets[node] as number; out < (offsets[node + 1] as number); out += 1) {
      if (this.#cut === undefined || !hasBit(this.#cut.edges, out)) this.arrive(heads[out] as number, out);
    }
  }

  /** An edge that is cut still leads to those members of its hub that `Cut.pairs` does not name. */
  arriveInPart(edge: number): void {
    const severed = this.#cut?.pairs?.get(edge);
    if (severed === undefined) return;
    const { offsets, heads } = this.#graph;
    const hub = heads[edge] as number;
    for (let out = offsets[hub] as number; out < (offsets[hub + 1] as number); out += 1) {
      if (severed.has(out) || hasBit((this.#cut as Cut).edges, out)) continue;
      this.arrive(heads[out] as number, edge);
    }
  }
}

class BreadthFirst implements Reached {
  readonly reached: Bitset;
  readonly order: Int32Array;
  readonly #nodeCount: number;
  readonly #arrivals: Int32Array;
  readonly #levels: readonly number[];
  #hops: Int32Array | undefined;
  #via: Int32Array | undefined;

  /** @param levels where in the order each round begins */
  constructor(nodeCount: number, reached: Bitset, order: Int32Array, arrivals: Int32Array, levels: readonly number[]) {
    this.reached = reached;
    this.order = order;
    this.#nodeCount = nodeCount;
    this.#arrivals = arrivals;
    this.#levels = levels;
  }

  get hops(): Int32Array {
    if (this.#hops !== undefined) return this.#hops;
    const hops = new Int32Array(this.#nodeCount).fill(-1);
    this.#levels.forEach((start, round) => {
      const end = this.#levels[round + 1] ?? this.order.length;
      for (let at = start; at < end; at += 1) hops[this.order[at] as number] = round;
    });
    this.#hops = hops;
    return hops;
  }

  get via(): Int32Array {
    if (this.#via !== undefined) return this.#via;
    const via = new Int32Array(this.#nodeCount).fill(-1);
    this.order.forEach((node, at) => {
      via[node] = this.#arrivals[at] as number;
    });
    this.#via = via;
    return via;
  }
}

/** Takes the members of `others` out of `set`. */
function remove(set: Bitset, others: Bitset): void {
  for (let at = 0; at < set.length; at += 1) set[at] = (set[at] as number) & ~(others[at] as number);
}

/** By AND-step, how many tails it has. */
export function tailCounts(graph: Hypergraph): Int32Array {
  const counts = new Int32Array(graph.edgeCount - graph.plainCount);
  for (let and = 0; and < counts.length; and += 1) {
    counts[and] = (graph.andOffsets[and + 1] as number) - (graph.andOffsets[and] as number);
  }
  return counts;
}

/**
 * Every node that could contribute to reaching a goal, the goals included. An over-approximation on purpose: every tail of
 * an AND-step counts, whether or not the others can be had. Nothing outside this set matters for the goals, so it is right
 * for narrowing a question down and wrong as an answer to "who can reach it" (ask `reach` or `reachMany`).
 */
export function reverseReach(graph: Hypergraph, goals: Iterable<number>, options: ReachOptions = {}): Bitset {
  const { plainCount } = graph;
  const { offsets, edges, tails } = graph.incoming();
  const seen = options.without === undefined ? bitset(graph.nodeCount) : options.without.slice();
  const queue = new Int32Array(graph.nodeCount);
  let found = 0;
  const add = (node: number) => {
    if (hasBit(seen, node)) return;
    addBit(seen, node);
    queue[found] = node;
    found += 1;
  };
  for (const goal of goals) add(goal);
  for (let next = 0; next < found; next += 1) {
    const head = queue[next] as number;
    for (let at = offsets[head] as number; at < (offsets[head + 1] as number); at += 1) {
      const edge = edges[at] as number;
      // An edge that is cut in part still leads somewhere: relevant.
      if (options.cut !== undefined && hasBit(options.cut.edges, edge) && !options.cut.pairs?.has(edge)) continue;
      if (edge < plainCount) add(tails[edge] as number);
      else for (const tail of graph.tailsOf(edge)) add(tail);
    }
  }
  if (options.without !== undefined) remove(seen, options.without);
  return seen;
}
