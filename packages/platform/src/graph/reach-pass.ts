/**
 * What a pass of `reach` has found so far, and the ways in which a node can join it. Who joins in which round is decided in
 * reach-rounds.ts.
 *
 * What must stay true: **a round ends in the same state in whichever direction it was made**, so nothing here may depend on
 * the order in which nodes are come upon. Direct edges come first, then edges into hubs that are cut in part, by number,
 * then AND-steps, as the frontier has them, then the members of hubs, hubs by number; and `settle` sorts what was found.
 */
import { addBit, type Bitset, hasBit } from './bitset.ts';
import { type Cut, type Hypergraph, tailCounts } from './hypergraph.ts';
import { sortDistinct } from './sort-distinct.ts';

export class Pass {
  readonly graph: Hypergraph;
  readonly cut: Cut | undefined;
  /** Nodes that must not be held. */
  readonly without: Bitset;
  /** Nodes that cannot be found any more: they are already, or must not be held. */
  readonly closed: Bitset;
  /** The nodes found, as they were come upon; `arrivals` has the edge that led to each, −1 for a source. */
  readonly found: Int32Array;
  readonly arrivals: Int32Array;
  /** How many are found. */
  count = 0;
  /** Hubs found in this round. */
  readonly hubs: number[] = [];
  /** The nodes found up to the last round, in order: of each round its hubs as they were passed, then the others by number. */
  readonly order: Int32Array;
  /** Where in the order each round begins. */
  readonly rounds: number[] = [];
  /** Where in the order the frontier lies: the nodes of the last round, but for its hubs. */
  frontierStart = 0;
  frontierEnd = 0;
  /** By AND-step, how many of its tails are not held yet. */
  readonly #missing: Int32Array;

  constructor(graph: Hypergraph, cut: Cut | undefined, without: Bitset) {
    this.graph = graph;
    this.cut = cut;
    this.without = without;
    this.closed = without.slice();
    this.found = new Int32Array(graph.nodeCount);
    this.arrivals = new Int32Array(graph.nodeCount);
    this.order = new Int32Array(graph.nodeCount);
    this.#missing = tailCounts(graph);
  }

  /** Notes that a node is reached, unless it was before. */
  arrive(node: number, edge: number): void {
    if (hasBit(this.closed, node)) return;
    addBit(this.closed, node);
    this.found[this.count] = node;
    this.arrivals[this.count] = edge;
    this.count += 1;
    if (hasBit(this.graph.hubs, node)) this.hubs.push(node);
  }

  /** Takes an edge whose tails are held: plain or not, into a hub or not, cut or not. */
  take(edge: number): void {
    const { heads, offsets } = this.graph;
    const head = heads[edge] as number;
    if (this.cut === undefined || !hasBit(this.cut.edges, edge)) {
      this.arrive(head, edge);
      return;
    }
    const severed = this.cut.pairs?.get(edge);
    // A hub that is entered by another edge brings its members itself.
    if (severed === undefined || hasBit(this.closed, head)) return;
    const end = offsets[head + 1] as number;
    for (let out = offsets[head] as number; out < end; out += 1) {
      if (!severed.has(out) && !hasBit(this.cut.edges, out)) this.arrive(heads[out] as number, edge);
    }
  }

  /** Takes the AND-steps whose last missing tail lies in the frontier. */
  takeAndSteps(): void {
    const { plainCount, edgeCount, needed, needOffsets, neededBy } = this.graph;
    if (plainCount === edgeCount) return;
    const { order, frontierStart, frontierEnd } = this;
    const missing = this.#missing;
    for (let at = frontierStart; at < frontierEnd; at += 1) {
      const tail = order[at] as number;
      if (!hasBit(needed, tail)) continue;
      const needEnd = needOffsets[tail + 1] as number;
      for (let need = needOffsets[tail] as number; need < needEnd; need += 1) {
        const edge = neededBy[need] as number;
        const left = (missing[edge - plainCount] as number) - 1;
        missing[edge - plainCount] = left;
        if (left === 0) this.take(edge);
      }
    }
  }

  /** Ends a round: passes its hubs, puts it in order, and makes it the frontier. @returns whether it found anything. */
  settle(): boolean {
    const { graph, found, order, hubs } = this;
    this.#passHubs();
    const start = this.frontierEnd;
    if (this.count > start) this.rounds.push(start);
    order.set(hubs, start);
    this.frontierStart = start + hubs.length;
    this.frontierEnd = this.count;
    let next = this.frontierStart;
    for (let at = start; at < this.count; at += 1) {
      const node = found[at] as number;
      if (hasBit(graph.hubs, node)) continue;
      order[next] = node;
      next += 1;
    }
    sortDistinct(order.subarray(this.frontierStart, this.count), graph.nodeCount);
    hubs.length = 0;
    return this.count > start;
  }

  /** Entering a hub and leaving it for a member is one step, so members are found in the same round. */
  #passHubs(): void {
    const { offsets } = this.graph;
    this.hubs.sort((a, b) => a - b);
    for (const hub of this.hubs) {
      const end = offsets[hub + 1] as number;
      for (let out = offsets[hub] as number; out < end; out += 1) this.take(out);
    }
  }
}
