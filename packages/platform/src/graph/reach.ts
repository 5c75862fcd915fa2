/**
 * What can be reached: the least fixpoint of "whoever holds all tails of an edge can hold its head".
 *
 * One breadth-first pass. An edge with one tail is taken when its tail leaves the queue; an AND-step has a counter and is
 * taken when its last tail does, so the round in which a node is first reached is the fewest rounds in which it can be.
 * Entering a hub and leaving it for a member is one step, so members join the queue together with their hub.
 *
 * The inner loop is the whole performance. Most edges lead to what was reached before, so that is asked first, of one byte
 * per node that also says whether the node is a hub or needed by AND-steps. Cuts are looked at only for heads that are new,
 * which is once per node: a what-if costs the same one pass. The loop writes at one random place per node found, that
 * byte; hops and edges of arrival are recorded along the queue and spread out by node when somebody asks for them.
 */
import { addBit, type Bitset, bitset, hasBit, membersOf } from './bitset.ts';
import { type Cut, type Hypergraph, isHub, isNeeded } from './hypergraph.ts';

export interface ReachOptions {
  /** Edges that cannot be taken. */
  readonly cut?: Cut;
  /** Nodes that cannot be held, not even as a source. */
  readonly without?: Bitset;
}

export interface Reach extends Trace {
  /** The nodes reached, sources and hubs included, in the order in which they were: hops ascend. */
  readonly order: Int32Array;
  /** The same as a set. */
  readonly reached: Bitset;
  /** Fewest rounds by node: 0 for a source, −1 when it is not reached. */
  readonly hops: Int32Array;
}

/** One derivation of every node that was reached, as the last edge of each. */
export interface Trace {
  /**
   * By node, the edge by which it was first reached; −1 for sources and what is not reached. When a hub was passed in spite
   * of a partial cut (`Cut.pairs`), a member's edge is the one *into* the hub: its head is then the hub and not the member.
   */
  readonly via: Int32Array;
  /** By node, when it was reached, counting from 0: every tail of its edge has an earlier turn. −1 when it was not. */
  readonly turns: Int32Array;
}

/** Everything that the sources can reach. Time O(edges); neither cut nor AND-steps nor hubs change that. */
export function reach(graph: Hypergraph, sources: Iterable<number>, options: ReachOptions = {}): Reach {
  const { plainCount, offsets, heads, needOffsets, neededBy } = graph;
  const cut = options.cut?.edges;
  const pass = startPass(graph, options);
  const { marks, order, arrivals } = pass;
  const missing = tailCounts(graph);
  let found = 0;
  for (const source of sources) found = arrive(pass, found, source, -1);

  const levels: number[] = [];
  let levelEnd = 0;
  for (let next = 0; next < found; next += 1) {
    if (next === levelEnd) {
      levels.push(next);
      levelEnd = found;
    }
    const tail = order[next] as number;
    const traits = marks[tail] as number;
    if ((traits & isHub) !== 0) continue; // its members came with it
    const end = offsets[tail + 1] as number;
    for (let edge = offsets[tail] as number; edge < end; edge += 1) {
      const head = heads[edge] as number;
      const mark = marks[head] as number;
      if (mark >= closed) continue;
      if ((mark & isHub) !== 0 || (cut !== undefined && ((cut[edge >>> 5] as number) >>> (edge & 31)) & 1)) {
        found = take(pass, found, edge);
        continue;
      }
      marks[head] = mark | closed;
      order[found] = head;
      arrivals[found] = edge;
      found += 1;
    }
    if ((traits & isNeeded) === 0) continue;
    const needEnd = needOffsets[tail + 1] as number;
    for (let need = needOffsets[tail] as number; need < needEnd; need += 1) {
      const edge = neededBy[need] as number;
      const left = (missing[edge - plainCount] as number) - 1;
      missing[edge - plainCount] = left;
      if (left === 0) found = take(pass, found, edge);
    }
  }
  return new BreadthFirst(graph.nodeCount, order.subarray(0, found), arrivals, levels);
}

/** The mark of a node that is reached or must not be, beside its traits. */
const closed = 4;

interface Pass {
  readonly graph: Hypergraph;
  readonly cut: Cut | undefined;
  /** By node, its traits, plus `closed`. */
  readonly marks: Uint8Array;
  readonly order: Int32Array;
  /** By place in the order, the edge of arrival. */
  readonly arrivals: Int32Array;
}

function startPass(graph: Hypergraph, options: ReachOptions): Pass {
  const marks = graph.traits.slice();
  if (options.without !== undefined) {
    for (const node of membersOf(options.without)) marks[node] = (marks[node] as number) | closed;
  }
  const order = new Int32Array(graph.nodeCount);
  return { graph, cut: options.cut, marks, order, arrivals: new Int32Array(graph.nodeCount) };
}

/** Takes any edge whose tails are held: plain or not, into a hub or not, cut or not. @returns how many are found by now. */
function take(pass: Pass, found: number, edge: number): number {
  const { heads, offsets } = pass.graph;
  const head = heads[edge] as number;
  if (pass.cut === undefined || !hasBit(pass.cut.edges, edge)) return arrive(pass, found, head, edge);
  const severed = pass.cut.pairs?.get(edge);
  if (severed === undefined) return found;
  let count = found;
  for (let out = offsets[head] as number; out < (offsets[head + 1] as number); out += 1) {
    if (severed.has(out) || hasBit(pass.cut.edges, out)) continue;
    count = arrive(pass, count, heads[out] as number, edge);
  }
  return count;
}

/** Notes that a node is reached, with its members if it is a hub. @returns how many are found by now. */
function arrive(pass: Pass, found: number, node: number, edge: number): number {
  const mark = pass.marks[node] as number;
  if (mark >= closed) return found;
  pass.marks[node] = mark | closed;
  pass.order[found] = node;
  pass.arrivals[found] = edge;
  let count = found + 1;
  if ((mark & isHub) === 0) return count;
  const { offsets } = pass.graph;
  for (let out = offsets[node] as number; out < (offsets[node + 1] as number); out += 1) count = take(pass, count, out);
  return count;
}

class BreadthFirst implements Reach {
  readonly order: Int32Array;
  readonly #nodeCount: number;
  readonly #arrivals: Int32Array;
  readonly #levels: readonly number[];
  #reached: Bitset | undefined;
  #hops: Int32Array | undefined;
  #via: Int32Array | undefined;
  #turns: Int32Array | undefined;

  /** @param levels where in the order each round begins */
  constructor(nodeCount: number, order: Int32Array, arrivals: Int32Array, levels: readonly number[]) {
    this.order = order;
    this.#nodeCount = nodeCount;
    this.#arrivals = arrivals;
    this.#levels = levels;
  }

  get reached(): Bitset {
    if (this.#reached !== undefined) return this.#reached;
    const reached = bitset(this.#nodeCount);
    for (let at = 0; at < this.order.length; at += 1) addBit(reached, this.order[at] as number);
    this.#reached = reached;
    return reached;
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
    for (let at = 0; at < this.order.length; at += 1) via[this.order[at] as number] = this.#arrivals[at] as number;
    this.#via = via;
    return via;
  }

  get turns(): Int32Array {
    if (this.#turns !== undefined) return this.#turns;
    const turns = new Int32Array(this.#nodeCount).fill(-1);
    for (let at = 0; at < this.order.length; at += 1) turns[this.order[at] as number] = at;
    this.#turns = turns;
    return turns;
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

/**
 * The derivation of a goal as a list of edges, each once, in an order in which the tails of each are sources or heads of
 * earlier ones. A step through a hub is two edges, into it and out of it. Empty when the goal is a source.
 *
 * @throws RangeError when the goal was not reached.
 */
export function derivationOf(graph: Hypergraph, trace: Trace, goal: number): number[] {
  const { via, turns } = trace;
  if (!((turns[goal] ?? -1) >= 0)) throw new RangeError(`node ${goal} was not reached`);
  const needed = new Set([goal]);
  for (const node of needed) {
    const edge = via[node] as number;
    if (edge >= 0) for (const tail of graph.tailsOf(edge)) needed.add(tail);
  }
  const inTurn = [...needed].sort((a, b) => (turns[a] as number) - (turns[b] as number));
  const edges = new Set<number>();
  for (const node of inTurn) {
    const edge = via[node] as number;
    if (edge < 0) continue;
    edges.add(edge);
    const head = graph.heads[edge] as number;
    if (head !== node) edges.add(graph.heads.subarray(0, graph.offsets[head + 1]).indexOf(node, graph.offsets[head]));
  }
  return [...edges];
}
