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
import { type Cut, type Hypergraph, isHub, isNeeded } from './hypergraph.ts';

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
  const pass = new Pass(graph, options);
  for (const source of sources) pass.arrive(source, -1);
  const levels: number[] = [];
  let levelEnd = 0;
  for (let next = 0; next < pass.found; next += 1) {
    if (next === levelEnd) {
      levels.push(next);
      levelEnd = pass.found;
    }
    const tail = pass.order[next] as number;
    const traits = graph.traits[tail] as number;
    if ((traits & isHub) !== 0) continue; // its members came with it
    pass.takePlain(tail);
    if ((traits & isNeeded) !== 0) pass.takeAndSteps(tail);
  }
  if (options.without !== undefined) remove(pass.seen, options.without);
  return new BreadthFirst(graph.nodeCount, pass.seen, pass.order.subarray(0, pass.found), pass.arrivals, levels);
}

class Pass {
  readonly seen: Bitset;
  readonly order: Int32Array;
  /** By place in the order, the edge of arrival. */
  readonly arrivals: Int32Array;
  found = 0;
  readonly #graph: Hypergraph;
  readonly #cut: Cut | undefined;
  /** By AND-step, how many tails are still missing. */
  readonly #missing: Int32Array;

  constructor(graph: Hypergraph, options: ReachOptions) {
    this.#graph = graph;
    this.#cut = options.cut;
    // What must not be held counts as seen from the start, so the loop needs no test for it.
    this.seen = options.without === undefined ? bitset(graph.nodeCount) : options.without.slice();
    this.order = new Int32Array(graph.nodeCount);
    this.arrivals = new Int32Array(graph.nodeCount);
    this.#missing = tailCounts(graph);
  }

  takePlain(tail: number): void {
    const { offsets, heads, traits } = this.#graph;
    const { seen, order, arrivals } = this;
    const cut = this.#cut?.edges;
    let found = this.found;
    const end = offsets[tail + 1] as number;
    for (let edge = offsets[tail] as number; edge < end; edge += 1) {
      const head = heads[edge] as number;
      const word = seen[head >>> 5] as number;
      const bit = 1 << (head & 31);
      if ((word & bit) !== 0) continue;
      if (((traits[head] as number) & isHub) !== 0 || (cut !== undefined && hasBit(cut, edge))) {
        this.found = found;
        this.take(edge);
        found = this.found;
        continue;
      }
      seen[head >>> 5] = word | bit;
      order[found] = head;
      arrivals[found] = edge;
      found += 1;
    }
    this.found = found;
  }

  /** Counts a tail for the AND-steps that need it, and takes those that miss nothing any more. */
  takeAndSteps(tail: number): void {
    const { needOffsets, neededBy, plainCount } = this.#graph;
    const end = needOffsets[tail + 1] as number;
    for (let need = needOffsets[tail] as number; need < end; need += 1) {
      const edge = neededBy[need] as number;
      const left = (this.#missing[edge - plainCount] as number) - 1;
      this.#missing[edge - plainCount] = left;
      if (left === 0) this.take(edge);
    }
  }

  /** Any edge whose tails are held: plain or not, into a hub or not, cut or not. */
  take(edge: number): void {
    const { heads } = this.#graph;
    if (this.#cut !== undefined && hasBit(this.#cut.edges, edge)) this.#takeInPart(edge, this.#cut);
    else this.arrive(heads[edge] as number, edge);
  }

  /** An edge that is cut still leads to those members of its hub that `Cut.pairs` does not name. */
  #takeInPart(edge: number, cut: Cut): void {
    const severed = cut.pairs?.get(edge);
    if (severed === undefined) return;
    const { offsets, heads } = this.#graph;
    const hub = heads[edge] as number;
    for (let out = offsets[hub] as number; out < (offsets[hub + 1] as number); out += 1) {
      if (!severed.has(out) && !hasBit(cut.edges, out)) this.arrive(heads[out] as number, edge);
    }
  }

  /** Notes that a node is reached, with its members if it is a hub. */
  arrive(node: number, edge: number): void {
    if (hasBit(this.seen, node)) return;
    addBit(this.seen, node);
    this.order[this.found] = node;
    this.arrivals[this.found] = edge;
    this.found += 1;
    if (!hasBit(this.#graph.hubs, node)) return;
    const { offsets } = this.#graph;
    for (let out = offsets[node] as number; out < (offsets[node + 1] as number); out += 1) this.take(out);
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
