/**
 * The directed hypergraph under everything: nodes are integers, an edge leads from one or more tails to one head and can be
 * taken when *all* its tails are held. Immutable once frozen, and nothing but typed arrays: 10 million edges are some
 * 65 MB, 190 MB with the way back (`incoming`), and no object per edge.
 *
 * What must stay true:
 *
 * - **An edge's number is its place in memory.** Edges with one tail are numbered 0 … `plainCount` − 1 in the order of their
 *   tail, so the edges that leave node v are exactly `offsets[v]` … `offsets[v + 1]` − 1, and their heads lie next to each
 *   other in `heads`. A scan of plain edges is a bare CSR scan; cut masks and edge costs need no translation table.
 * - Edges with several tails (AND-steps) follow, `plainCount` … `edgeCount` − 1. Each has a counter of tails that are still
 *   missing; a node's AND-steps are listed in a second, small CSR. A graph that has none pays nothing for them.
 * - An edge whose head is among its tails teaches nothing. The builder keeps it (exports may want it); every algorithm
 *   ignores it by itself, because whoever can take it already holds the head.
 *
 * A *hub* is a node that stands for a set ("any pod of namespace x"): one edge leads in, one plain edge leads out to each
 * member, and passing it is not a step of its own. Hubs are never sources, goals, or tails of an AND-step.
 *
 * Numbers that the builder hands out are in order of arrival; `freeze` returns where each edge went.
 */
import { type Bitset, bitsetOf } from './bitset.ts';
import { countingSort } from './counting-sort.ts';
import { GrowableInts } from './growable.ts';

export interface Hypergraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Edges below this number have one tail, those from it on have several. */
  readonly plainCount: number;
  readonly hubs: Bitset;
  /** Nodes that some AND-step needs. */
  readonly needed: Bitset;
  /** CSR over plain edges by tail; `nodeCount + 1` long. */
  readonly offsets: Int32Array;
  /** Head by edge, AND-steps included. */
  readonly heads: Int32Array;
  /** Edge type by edge: a number whose meaning is the caller's. */
  readonly types: Uint16Array;
  /** The tails of AND-step e are `andTails[andOffsets[e − plainCount]]` up to the next offset. The first is the one named first. */
  readonly andOffsets: Int32Array;
  readonly andTails: Int32Array;
  /** CSR from a node to the AND-steps that need it; values are edge numbers. */
  readonly needOffsets: Int32Array;
  readonly neededBy: Int32Array;
  /** The tails of an edge, first named first. */
  tailsOf(edge: number): ArrayLike<number> & Iterable<number>;
  /** The edges that lead into nodes; made at the first call, which takes longer than to reach every node, and kept. */
  incoming(): Incoming;
  /** The same, if somebody asked for it already: for those whom it would help, but not so much that it is worth making. */
  readonly knownIncoming: Incoming | undefined;
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
 * Edges that are taken away for one question ("what if?").
 */
export interface Cut {
  /** Edges that cannot be taken. */
  readonly edges: Bitset;
  /**
   * Edges into a hub that are cut only towards some members: the edge (which must be in `edges` too) still leads on to every
   * member except through the hub's out-edges named here.
   */
  readonly pairs?: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Edges by head: those into v are `edges[offsets[v]]` … `edges[offsets[v + 1] − 1]`, ascending. */
export interface Incoming {
  readonly offsets: Int32Array;
  readonly edges: Int32Array;
  /** By place in `edges`, the tail of that edge; `nodeCount`, which is no node, for an AND-step. */
  readonly from: Int32Array;
  /** Tail by plain edge. */
  readonly tails: Int32Array;
}

export class HypergraphBuilder {
  #nodeCount = 0;
  readonly #tails = new GrowableInts();
  readonly #heads = new GrowableInts();
  readonly #types = new GrowableInts();
  readonly #more = new Map<number, readonly number[]>();
  readonly #hubs: number[] = [];

  /** @returns the number of the new node; nodes are numbered from 0 without gaps. */
  addNode(): number {
    return this.#nodeCount++;
  }

  /** A node that stands for a set. @returns its number. */
  addHub(): number {
    this.#hubs.push(this.#nodeCount);
    return this.#nodeCount++;
  }

  /** Adds `count` nodes at once. */
  addNodes(count: number): void {
    this.#nodeCount += count;
  }

  /**
   * Adds an edge. Repeated tails count once.
   *
   * @param type 0 … 65,535
   * @returns the edge's provisional number, counted from 0 in order of arrival; see `Frozen.placeOf`.
   * @throws RangeError when there is no tail or a node does not exist.
   */
  addEdge(tails: number | readonly number[], head: number, type: number): number {
    const distinct = typeof tails === 'number' ? undefined : [...new Set(tails)];
    const first = typeof tails === 'number' ? tails : distinct?.[0];
    if (first === undefined) throw new RangeError('an edge needs at least one tail');
    this.#mustExist(first);
    this.#mustExist(head);
    const edge = this.#heads.length;
    if (distinct !== undefined && distinct.length > 1) {
      for (const tail of distinct) this.#mustExist(tail);
      this.#more.set(edge, distinct);
    }
    this.#tails.push(first);
    this.#heads.push(head);
    this.#types.push(type);
    return edge;
  }

  #mustExist(node: number): void {
    if (!(node >= 0 && node < this.#nodeCount)) throw new RangeError(`there is no node ${node}`);
  }

  /** The finished graph. The builder must not be used afterwards. */
  freeze(): Frozen {
    const hubs = bitsetOf(this.#nodeCount, this.#hubs);
    return freezeEdges(hubs, this.#nodeCount, this.#tails.view(), this.#heads.view(), this.#types.view(), this.#more);
  }
}

export interface Frozen {
  readonly graph: Hypergraph;
  /** Provisional number of the builder → number of the edge in the graph. */
  readonly placeOf: Int32Array;
}

/** One counting sort: plain edges by tail, keeping their order within a tail, then the AND-steps in their order. */
function freezeEdges(
  hubs: Bitset,
  nodeCount: number,
  tails: Int32Array,
  heads: Int32Array,
  types: Int32Array,
  more: ReadonlyMap<number, readonly number[]>,
): Frozen {
  const edgeCount = tails.length;
  const keys = more.size === 0 ? tails : tails.slice();
  for (const edge of more.keys()) keys[edge] = nodeCount;
  const { offsets, order } = countingSort(keys, nodeCount + 1);

  const placeOf = new Int32Array(edgeCount);
  const sortedHeads = new Int32Array(edgeCount);
  const sortedTypes = new Uint16Array(edgeCount);
  for (let place = 0; place < edgeCount; place += 1) {
    const edge = order[place] as number;
    placeOf[edge] = place;
    sortedHeads[place] = heads[edge] as number;
    sortedTypes[place] = types[edge] as number;
  }
  const andOffsets = new Int32Array(more.size + 1);
  const andTails = new GrowableInts(more.size * 2);
  for (let and = 0; and < more.size; and += 1) {
    for (const tail of more.get(order[edgeCount - more.size + and] as number) ?? []) andTails.push(tail);
    andOffsets[and + 1] = andTails.length;
  }
  const graph = new FrozenHypergraph({
    hubs,
    offsets: offsets.subarray(0, nodeCount + 1),
    heads: sortedHeads,
    types: sortedTypes,
    andOffsets,
    andTails: andTails.view().slice(),
  });
  return { graph, placeOf };
}

/** What a graph is made of, in its own order: plain edges by tail, then the AND-steps. */
type HypergraphParts = Pick<Hypergraph, 'hubs' | 'offsets' | 'heads' | 'types' | 'andOffsets' | 'andTails'>;

/** A graph of edges that are in order already. */
export function hypergraphOf(parts: HypergraphParts): Hypergraph {
  return new FrozenHypergraph(parts);
}

class FrozenHypergraph implements Hypergraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly plainCount: number;
  readonly hubs: Bitset;
  readonly needed: Bitset;
  readonly offsets: Int32Array;
  readonly heads: Int32Array;
  readonly types: Uint16Array;
  readonly andOffsets: Int32Array;
  readonly andTails: Int32Array;
  readonly needOffsets: Int32Array;
  readonly neededBy: Int32Array;
  #incoming: Incoming | undefined;

  constructor(parts: HypergraphParts) {
    this.hubs = parts.hubs;
    this.offsets = parts.offsets;
    this.heads = parts.heads;
    this.types = parts.types;
    this.andOffsets = parts.andOffsets;
    this.andTails = parts.andTails;
    this.nodeCount = parts.offsets.length - 1;
    this.edgeCount = parts.heads.length;
    this.plainCount = this.edgeCount - (parts.andOffsets.length - 1);

    const needs = countingSort(this.andTails, this.nodeCount);
    const andOf = new Int32Array(this.andTails.length);
    for (let and = 0; and + 1 < this.andOffsets.length; and += 1) {
      andOf.fill(this.plainCount + and, this.andOffsets[and], this.andOffsets[and + 1]);
    }
    this.needOffsets = needs.offsets;
    this.neededBy = needs.order.map((at) => andOf[at] as number);
    this.needed = bitsetOf(this.nodeCount, this.andTails);
  }

  tailsOf(edge: number): ArrayLike<number> & Iterable<number> {
    if (edge < this.plainCount) return [this.incoming().tails[edge] as number];
    const and = edge - this.plainCount;
    return this.andTails.subarray(this.andOffsets[and], this.andOffsets[and + 1]);
  }

  get knownIncoming(): Incoming | undefined {
    return this.#incoming;
  }

  incoming(): Incoming {
    this.#incoming ??= edgesByHead(this);
    return this.#incoming;
  }
}

function edgesByHead({ nodeCount, plainCount, offsets, heads }: Hypergraph): Incoming {
  const { offsets: places, order: edges } = countingSort(heads, nodeCount);
  const tails = new Int32Array(plainCount);
  for (let node = 0; node < nodeCount; node += 1) tails.fill(node, offsets[node], offsets[node + 1]);
  const from = new Int32Array(edges.length);
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at] as number;
    from[at] = edge < plainCount ? (tails[edge] as number) : nodeCount;
  }
  return { offsets: places, edges, from, tails };
}
