/**
 * Reach from many starts at once: 32 starts share a word, one bit each, and every edge is looked at for all 32 together.
 *
 * A node waits while it holds bits that it has not passed on, and passes on only those. It does so in rounds, each in
 * ascending order, because the edges of neighbours lie next to each other (see reach-rounds.ts), and because bits that come
 * by ways of unlike length can then be passed on together: most nodes get theirs in a few visits, and 32 starts cost about
 * as much as a handful. An AND-step passes on the bits that all its tails have.
 * The result is the same least fixpoint as `reach`, start by start; the tests hold it to that.
 *
 * A bit may also be *barred* from a node: that is how chokepoints are proved, asking "what is still reached without node
 * n?" for 32 nodes in one pass.
 */
import { hasBit, membersOf } from './bitset.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';
import type { ReachOptions } from './reach.ts';
import { sortDistinct } from './sort-distinct.ts';

export interface ReachMatrix {
  /** Whether the start at this index reaches a node. */
  has(start: number, node: number): boolean;
  /** Word w holds starts 32·w … 32·w + 31: by node, the bits of those that reach it. */
  readonly words: readonly Uint32Array[];
}

/** What each of several starts (each a set of sources) reaches. Memory: 4 bytes per node for every 32 starts. */
export function reachMany(
  graph: Hypergraph,
  starts: readonly Iterable<number>[],
  options: ReachOptions = {},
): ReachMatrix {
  const everyBit = -1;
  const barred = [...membersOf(options.without ?? new Uint32Array(0))].map((node) => [node, everyBit] as const);
  const words: Uint32Array[] = [];
  for (let first = 0; first < starts.length; first += 32) {
    const given = starts
      .slice(first, first + 32)
      .flatMap((sources, bit) => Array.from(sources, (node) => [node, 1 << bit] as const));
    words.push(spread(graph, given, barred, options.cut));
  }
  return {
    words,
    has: (start, node) => (((words[start >>> 5]?.[node] ?? 0) >>> (start & 31)) & 1) === 1,
  };
}

/** A node and the bits given to it, or barred from it. */
export type NodeBits = readonly [node: number, bits: number];

/**
 * The least assignment of bits to nodes that contains what is given, is closed under every edge that is not cut, and
 * leaves out what is barred.
 */
export function spread(
  graph: Hypergraph,
  given: readonly NodeBits[],
  barred: readonly NodeBits[] = [],
  cut?: Cut,
): Uint32Array {
  const { nodeCount, offsets, heads, needed, needOffsets, neededBy } = graph;
  // Barred bits count as held while the pass runs, so nobody hands them on to the node and the loop needs no test.
  const held = new Uint32Array(nodeCount);
  const waiting = new Uint32Array(nodeCount);
  /** The nodes that wait for the next round, and those of this one. */
  const next = new Int32Array(nodeCount);
  const round = new Int32Array(nodeCount);
  let count = 0;

  const barredAt = new Map<number, number>();
  for (const [node, bits] of barred) barredAt.set(node, (barredAt.get(node) ?? 0) | bits);
  for (const [node, bits] of barredAt) held[node] = bits;

  /** Gives bits to a node; a node that waits already has its turn to come. */
  const give = (node: number, bits: number) => {
    const fresh = bits & ~(held[node] as number);
    if (fresh === 0) return;
    held[node] = (held[node] as number) | fresh;
    if (waiting[node] === 0) {
      next[count] = node;
      count += 1;
    }
    waiting[node] = (waiting[node] as number) | fresh;
  };
  const giveAlong = (edge: number, bits: number) => {
    const head = heads[edge] as number;
    if (cut === undefined || !hasBit(cut.edges, edge)) return give(head, bits);
    const severed = cut.pairs?.get(edge);
    if (severed === undefined) return;
    for (let out = offsets[head] as number; out < (offsets[head + 1] as number); out += 1) {
      if (!severed.has(out) && !hasBit(cut.edges, out)) give(heads[out] as number, bits);
    }
  };

  for (const [node, bits] of given) give(node, bits);
  while (count > 0) {
    const size = count;
    round.set(next.subarray(0, size));
    sortDistinct(round.subarray(0, size), nodeCount);
    count = 0;
    for (let at = 0; at < size; at += 1) {
      const tail = round[at] as number;
      const bits = waiting[tail] as number;
      waiting[tail] = 0;
      const end = offsets[tail + 1] as number;
      for (let edge = offsets[tail] as number; edge < end; edge += 1) {
        const head = heads[edge] as number;
        const had = held[head] as number;
        if ((bits & ~had) === 0) continue;
        if (cut !== undefined && hasBit(cut.edges, edge)) {
          giveAlong(edge, bits);
          continue;
        }
        // `give`, written out: these lines are where the time goes.
        held[head] = had | bits;
        if (waiting[head] === 0) {
          next[count] = head;
          count += 1;
        }
        waiting[head] = (waiting[head] as number) | (bits & ~had);
      }
      if (!hasBit(needed, tail)) continue;
      for (let need = needOffsets[tail] as number; need < (needOffsets[tail + 1] as number); need += 1) {
        const edge = neededBy[need] as number;
        let all = bits;
        for (const other of graph.tailsOf(edge)) all &= (held[other] as number) & ~(barredAt.get(other) ?? 0);
        if (all !== 0) giveAlong(edge, all);
      }
    }
  }
  for (const [node, bits] of barredAt) held[node] = (held[node] as number) & ~bits;
  return held;
}
