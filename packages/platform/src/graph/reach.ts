/**
 * What can be reached: the least fixpoint of "whoever holds all tails of an edge can hold its head".
 *
 * Breadth first, in rounds. A node is found in the fewest rounds in which it can be: by an edge with one tail in the round
 * after that of the tail, by an AND-step in the round after that of its last tail. Entering a hub and leaving it for a
 * member is one step, so members are found in the same round as their hub.
 *
 * The rounds are the whole performance; reach-rounds.ts says how they are made. What a round finds goes by number and not
 * by the accidents of the search, so the same question has the same answer, derivations included, whatever was asked
 * before. Cuts are looked at only for heads that are new, which is about once per node: a what-if costs the same one pass.
 * Hops and edges of arrival are recorded along the search and spread out by node when somebody asks for them.
 */
import { addBit, type Bitset, bitset, hasBit, removeBits } from './bitset.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';
import { Pass } from './reach-pass.ts';
import { byWork, type ChooseDirection, makeRounds } from './reach-rounds.ts';

export interface ReachOptions {
  /** Edges that cannot be taken. */
  readonly cut?: Cut;
  /** Nodes that cannot be held, not even as a source. */
  readonly without?: Bitset;
}

export interface Reach extends Trace {
  /** The nodes reached, sources and hubs included: hops ascend, and within a round the hubs come first, then nodes by number. */
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

/**
 * Everything that the sources can reach. Time O(edges); neither cut nor AND-steps nor hubs change that. It is faster on a
 * graph that knows its incoming edges already, and does not ask for them: to make them costs several passes.
 *
 * @param chooseBackward which way each round looks: changes the time, never the answer
 */
export function reach(
  graph: Hypergraph,
  sources: Iterable<number>,
  options: ReachOptions = {},
  chooseBackward: ChooseDirection = byWork,
): Reach {
  const pass = new Pass(graph, options.cut, options.without ?? bitset(graph.nodeCount));
  for (const source of sources) pass.arrive(source, -1);
  makeRounds(pass, chooseBackward);
  return new Found(pass);
}

/** The answer; keeps of the pass what it is made from. */
class Found implements Reach {
  readonly order: Int32Array;
  readonly reached: Bitset;
  readonly #nodeCount: number;
  readonly #rounds: readonly number[];
  readonly #found: Int32Array;
  readonly #arrivals: Int32Array;
  #hops: Int32Array | undefined;
  #via: Int32Array | undefined;
  #turns: Int32Array | undefined;

  constructor({ graph, order, count, closed, without, rounds, found, arrivals }: Pass) {
    this.order = order.subarray(0, count);
    this.reached = closed;
    removeBits(this.reached, without);
    this.#nodeCount = graph.nodeCount;
    this.#rounds = rounds;
    this.#found = found;
    this.#arrivals = arrivals;
  }

  get hops(): Int32Array {
    if (this.#hops !== undefined) return this.#hops;
    const hops = new Int32Array(this.#nodeCount).fill(-1);
    this.#rounds.forEach((start, round) => {
      const end = this.#rounds[round + 1] ?? this.order.length;
      for (let at = start; at < end; at += 1) hops[this.order[at] as number] = round;
    });
    this.#hops = hops;
    return hops;
  }

  get via(): Int32Array {
    if (this.#via !== undefined) return this.#via;
    const via = new Int32Array(this.#nodeCount).fill(-1);
    for (let at = 0; at < this.order.length; at += 1) via[this.#found[at] as number] = this.#arrivals[at] as number;
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

/**
 * Every node that could contribute to reaching a goal, the goals included. An over-approximation on purpose: every tail of
 * an AND-step counts, whether or not the others can be had. Nothing outside this set matters for the goals, so it is right
 * for narrowing a question down and wrong as an answer to "who can reach it" (ask `reach` or `reachMany`).
 */
export function reverseReach(graph: Hypergraph, goals: Iterable<number>, options: ReachOptions = {}): Bitset {
  const { plainCount } = graph;
  const { offsets, edges, from } = graph.incoming();
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
      if (edge < plainCount) add(from[at] as number);
      else for (const tail of graph.tailsOf(edge)) add(tail);
    }
  }
  if (options.without !== undefined) removeBits(seen, options.without);
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
