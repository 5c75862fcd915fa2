/**
 * The attack graph: what an attacker can hold and every step between, as derived from one estate.
 *
 * What must stay true:
 *
 * - **Same facts, same graph, to the last index.** Nodes are numbered in the order of their ids and edges in the order of
 *   (tails, type, head), whatever order facts and rules came in. So a path, a plan and the digest depend on the estate alone.
 * - A group of the contract ("any pod of namespace x") is a *hub* node: internal, with the id `group:<key>`, never exported.
 *   Rules' edges lead into it, edges of the internal type `membership` lead out of it. People, plans and exports see *live
 *   edges*: each edge into a hub times each member, self-loops left out (kept under the `kubehound` convention). A step that
 *   was derived both directly and through a group, or through two groups, is one live edge.
 * - Nothing that a rule derived is dropped: an edge to an id that no node rule made gets a bare node.
 *
 * Node and edge numbers are only good within one graph; ids and edge keys are what goes outside.
 */
import type {
  Completeness,
  DeriveOptions,
  EdgeRule,
  Estate,
  FactId,
  GraphNode,
  LiveEdge,
  NodeId,
} from '@firebreak/contract';
import { addBit, type Bitset, bitset, bitsetOf, countBits, hasBit, membersOf } from './bitset.ts';
import { graphDigest } from './graph-digest.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';
import { findNode, mustHaveRead, unknownNode } from './resolve-node.ts';

/** What names a live edge: an `EdgeKey` of a plan or a `GraphEdge`. */
export interface StepKey {
  readonly type: string;
  readonly from: NodeId;
  readonly with?: readonly NodeId[] | undefined;
  readonly to: NodeId;
}

/** A live edge and where it lies in the hypergraph. */
export interface GraphEdge extends LiveEdge {
  readonly rule: EdgeRule;
  /** The hyperedge that it comes from: the edge itself, or the edge into the hub. */
  readonly edge: number;
  /** The hub's edge to the member, or −1 when there is no hub between. */
  readonly membership: number;
  /** The group in words, when there is a hub between. */
  readonly group?: string;
  /** Node numbers: `from`, then `with`. */
  readonly tails: readonly number[];
  readonly head: number;
  readonly likelihood: number;
}

/** Facts by edge, each fact id kept once: those of edge e are `table[values[i]]`, i from `offsets[e]` up to `offsets[e + 1]`. */
export interface EdgeFacts {
  readonly table: readonly FactId[];
  readonly offsets: Int32Array;
  readonly values: Int32Array;
}

/** Notes by edge. */
export interface EdgeNotes {
  get(edge: number): string | undefined;
}

/** Node numbers by id. */
export interface NodeNumbers extends Iterable<readonly [id: NodeId, node: number]> {
  get(id: NodeId): number | undefined;
  has(id: NodeId): boolean;
}

/** What `deriveGraph` fills in. */
export interface AttackGraphParts {
  readonly estate: Estate;
  readonly options: DeriveOptions;
  readonly rules: readonly EdgeRule[];
  readonly nodes: readonly GraphNode[];
  readonly indexOf: NodeNumbers;
  readonly hypergraph: Hypergraph;
  readonly facts: EdgeFacts;
  readonly notes: EdgeNotes;
  readonly likelihoods: Float64Array;
  readonly completeness: Completeness;
}

export class AttackGraph {
  readonly estate: Estate;
  readonly options: DeriveOptions;
  /** Edge rules by edge type, ordered by label. */
  readonly rules: readonly EdgeRule[];
  /** The edge type of hub → member. */
  readonly membership: number;
  /** By node number, hubs included (kind `Group`). */
  readonly nodes: readonly GraphNode[];
  /** Node number by id, hubs included. */
  readonly indexOf: NodeNumbers;
  readonly hypergraph: Hypergraph;
  /** An attacker's odds by edge, 0 to 1; 1 for memberships. */
  readonly likelihoods: Float64Array;
  /** Whether gaps of the estate touch anything that the rules need. */
  readonly completeness: Completeness;
  readonly #facts: EdgeFacts;
  readonly #notes: EdgeNotes;
  readonly #typeOf: ReadonlyMap<string, number>;
  #edgeCount: number | undefined;
  #digest: string | undefined;

  constructor(parts: AttackGraphParts) {
    this.estate = parts.estate;
    this.options = parts.options;
    this.rules = parts.rules;
    this.membership = parts.rules.length;
    this.nodes = parts.nodes;
    this.indexOf = parts.indexOf;
    this.hypergraph = parts.hypergraph;
    this.likelihoods = parts.likelihoods;
    this.completeness = parts.completeness;
    this.#facts = parts.facts;
    this.#notes = parts.notes;
    this.#typeOf = new Map(parts.rules.map((rule, type) => [rule.label, type]));
  }

  /** How many nodes people see: all but the hubs. */
  get nodeCount(): number {
    return this.nodes.length - countBits(this.hypergraph.hubs);
  }

  /** How many live edges there are. Counted at the first call. */
  get edgeCount(): number {
    this.#edgeCount ??= this.#countLiveEdges();
    return this.#edgeCount;
  }

  /** SHA-256 (hex) over node ids and edge keys; the same for the same estate in whatever order it was read. See `graphDigest`. */
  get digest(): string {
    this.#digest ??= graphDigest(this.nodes, this.rules, this.hypergraph);
    return this.#digest;
  }

  isHub(node: number): boolean {
    return hasBit(this.hypergraph.hubs, node);
  }

  /** The node with this number. @throws RangeError when there is none. */
  nodeAt(index: number): GraphNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${index}`);
    return node;
  }

  /** The rule that derived an edge; undefined for a membership. */
  ruleOf(edge: number): EdgeRule | undefined {
    return this.rules[this.hypergraph.types[edge] as number];
  }

  /** The facts that one edge of the hypergraph stands on, most telling first. */
  factsOf(edge: number): FactId[] {
    const { table, offsets, values } = this.#facts;
    const facts: FactId[] = [];
    for (let at = offsets[edge] as number; at < (offsets[edge + 1] as number); at += 1) {
      facts.push(table[values[at] as number] as FactId);
    }
    return facts;
  }

  noteOf(edge: number): string | undefined {
    return this.#notes.get(edge);
  }

  /**
   * The node that a person means: a node id, the id without its system (`Container/prod/web/app`), or a unique `kind/name`
   * or `kind/namespace/name`.
   *
   * @returns its number
   * @throws FirebreakError FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS (both with `candidates` in the detail); when nothing at all
   * could be read, the code of why
   */
  resolve(text: string): number {
    const node = findNode(this.nodes, this.hypergraph.hubs, this.indexOf, text);
    if (node !== undefined) return node;
    mustHaveRead(this.estate);
    throw unknownNode(this.nodes, this.hypergraph.hubs, text);
  }

  /**
   * Live edges in the order of the graph: all, or those whose every part is among the given edges of the hypergraph. For a
   * step through a hub both the edge into it and the membership must be given, so a derivation yields its own steps and no
   * other member of the group.
   */
  liveEdges(edges?: Iterable<number>): Generator<GraphEdge> {
    if (edges === undefined) return this.#live(upTo(this.hypergraph.edgeCount), undefined);
    const included = bitsetOf(this.hypergraph.edgeCount, edges);
    return this.#live(membersOf(included), included);
  }

  /** Every live edge that somebody who holds exactly these nodes can take, what they hold already included. */
  liveEdgesFrom(held: Bitset): Generator<GraphEdge> {
    const { offsets, needOffsets, neededBy } = this.hypergraph;
    const plain: number[] = [];
    const several: number[] = [];
    for (const node of membersOf(held)) {
      if (this.isHub(node)) continue;
      for (let edge = offsets[node] as number; edge < (offsets[node + 1] as number); edge += 1) plain.push(edge);
      for (let at = needOffsets[node] as number; at < (needOffsets[node + 1] as number); at += 1) {
        const tails = [...this.hypergraph.tailsOf(neededBy[at] as number)];
        if (tails[0] === node && tails.every((tail) => hasBit(held, tail))) several.push(neededBy[at] as number);
      }
    }
    return this.#live([...plain, ...several.sort((a, b) => a - b)], undefined);
  }

  /** `liveEdges` of a few edges, such as a derivation, as a list. */
  liveEdgesOf(edges: Iterable<number>): GraphEdge[] {
    return [...this.liveEdges(edges)];
  }

  /** The one live edge that these parts make: an edge, and the membership that leads on from its hub, −1 without one. */
  liveEdgeAt(edge: number, membership: number): GraphEdge {
    const last = membership < 0 ? edge : membership;
    const [live] = this.#liveEdgesFor(edge, [[membership, this.hypergraph.heads[last] as number]]);
    return live as GraphEdge;
  }

  /**
   * The cut that takes exactly these live edges away, however they were derived. A key that is not in the graph cuts
   * nothing.
   */
  cutOf(keys: Iterable<StepKey>): Cut {
    const edges = bitset(this.hypergraph.edgeCount);
    const pairs = new Map<number, Set<number>>();
    for (const key of keys) {
      const head = this.indexOf.get(key.to);
      if (head === undefined) continue;
      for (const edge of this.#edgesOfStep(key)) {
        const direct = this.hypergraph.heads[edge] as number;
        if (direct === head) {
          addBit(edges, edge);
          continue;
        }
        const membership = this.isHub(direct) ? this.membershipEdge(direct, head) : -1;
        if (membership < 0) continue;
        addBit(edges, edge);
        const known = pairs.get(edge);
        if (known === undefined) pairs.set(edge, new Set([membership]));
        else known.add(membership);
      }
    }
    return { edges, pairs };
  }

  /** The edge from a hub to one of its members, −1 when the node is no member. */
  membershipEdge(hub: number, member: number): number {
    const { offsets, heads } = this.hypergraph;
    const last = offsets[hub + 1] as number;
    const at = firstAtLeast(heads, offsets[hub] as number, last, member);
    return at < last && heads[at] === member ? at : -1;
  }

  /** The edges of the key's type and tails, into its target or into hubs. */
  *#edgesOfStep(key: StepKey): Generator<number> {
    const type = this.#typeOf.get(key.type);
    const from = this.indexOf.get(key.from);
    if (type === undefined || from === undefined) return;
    const { types, offsets, needOffsets, neededBy } = this.hypergraph;
    const others = new Set<number>();
    for (const id of key.with ?? []) {
      const other = this.indexOf.get(id);
      if (other === undefined) return;
      if (other !== from) others.add(other);
    }
    if (others.size === 0) {
      const last = offsets[from + 1] as number;
      for (let edge = firstAtLeast(types, offsets[from] as number, last, type); edge < last; edge += 1) {
        if (types[edge] !== type) return;
        yield edge;
      }
      return;
    }
    for (let at = needOffsets[from] as number; at < (needOffsets[from + 1] as number); at += 1) {
      const edge = neededBy[at] as number;
      const tails = [...this.hypergraph.tailsOf(edge)];
      const same = tails[0] === from && tails.length === others.size + 1 && tails.slice(1).every((t) => others.has(t));
      if (types[edge] === type && same) yield edge;
    }
  }

  /** Edges of the same type and tails follow each other; together they are the ways in which one step was derived. */
  *#steps(edges: Iterable<number>): Generator<readonly number[]> {
    let step: number[] = [];
    for (const edge of edges) {
      if (this.hypergraph.types[edge] === this.membership) continue;
      if (step.length > 0 && !this.#sameStep(step[0] as number, edge)) {
        yield step;
        step = [];
      }
      step.push(edge);
    }
    if (step.length > 0) yield step;
  }

  #sameStep(one: number, other: number): boolean {
    const { plainCount, types } = this.hypergraph;
    if (types[one] !== types[other]) return false;
    if (one < plainCount && other < plainCount) {
      const { tails } = this.hypergraph.incoming();
      return tails[one] === tails[other];
    }
    const [a, b] = [this.hypergraph.tailsOf(one), this.hypergraph.tailsOf(other)];
    return a.length === b.length && Array.from(a).every((tail, at) => tail === b[at]);
  }

  *#live(edges: Iterable<number>, included: Bitset | undefined): Generator<GraphEdge> {
    for (const step of this.#steps(edges)) {
      if (!this.#mayOverlap(step)) {
        for (const edge of step) yield* this.#liveEdgesFor(edge, this.#ends(edge, included));
        continue;
      }
      const byHead = new Map<number, GraphEdge>();
      for (const edge of step) {
        for (const live of this.#liveEdgesFor(edge, this.#ends(edge, included))) {
          const known = byHead.get(live.head);
          byHead.set(live.head, known === undefined ? live : { ...known, facts: union(known.facts, live.facts) });
        }
      }
      yield* byHead.values();
    }
  }

  /** One edge leads to distinct heads, and so do several without a hub among them; only mixtures can name a head twice. */
  #mayOverlap(step: readonly number[]): boolean {
    return step.length > 1 && step.some((edge) => this.isHub(this.hypergraph.heads[edge] as number));
  }

  /** Where an edge ends, hubs passed: the membership (−1 when direct) and the head. */
  *#ends(edge: number, included: Bitset | undefined): Generator<readonly [membership: number, head: number]> {
    const { heads, offsets } = this.hypergraph;
    const direct = heads[edge] as number;
    if (!this.isHub(direct)) {
      if (this.#counts(edge, direct)) yield [-1, direct];
      return;
    }
    for (let via = offsets[direct] as number; via < (offsets[direct + 1] as number); via += 1) {
      if (included !== undefined && !hasBit(included, via)) continue;
      const head = heads[via] as number;
      if (this.#counts(edge, head)) yield [via, head];
    }
  }

  /** A step to what the attacker must already hold is kept only where a comparison asks for it. */
  #counts(edge: number, head: number): boolean {
    if (this.options.convention === 'kubehound') return true;
    const tails = this.hypergraph.tailsOf(edge);
    for (let at = 0; at < tails.length; at += 1) if (tails[at] === head) return false;
    return true;
  }

  *#liveEdgesFor(edge: number, ends: Iterable<readonly [number, number]>): Generator<GraphEdge> {
    const tails = [...this.hypergraph.tailsOf(edge)];
    const [from, ...others] = tails.map((tail) => this.nodeAt(tail).id);
    const note = this.noteOf(edge);
    const rule = this.ruleOf(edge) as EdgeRule;
    const direct = this.hypergraph.heads[edge] as number;
    const facts = this.factsOf(edge);
    const common = {
      type: rule.label,
      from: from as NodeId,
      with: others,
      ...(note === undefined ? {} : { note }),
      rule,
      edge,
      ...(this.isHub(direct) ? { group: this.nodeAt(direct).name } : {}),
      tails,
      likelihood: this.likelihoods[edge] as number,
    };
    for (const [membership, head] of ends) {
      const own = membership < 0 ? facts : union(facts, this.factsOf(membership));
      yield { ...common, to: this.nodeAt(head).id, facts: own, membership, head };
    }
  }

  #countLiveEdges(): number {
    let count = 0;
    for (const step of this.#steps(upTo(this.hypergraph.edgeCount))) {
      if (this.#mayOverlap(step)) {
        const heads = new Set<number>();
        for (const edge of step) for (const [, head] of this.#ends(edge, undefined)) heads.add(head);
        count += heads.size;
      } else {
        for (const edge of step) count += this.#countEnds(edge);
      }
    }
    return count;
  }

  /** How many `#ends`, without walking through the members. */
  #countEnds(edge: number): number {
    const head = this.hypergraph.heads[edge] as number;
    if (!this.isHub(head)) return this.#counts(edge, head) ? 1 : 0;
    let count = (this.hypergraph.offsets[head + 1] as number) - (this.hypergraph.offsets[head] as number);
    if (this.options.convention === 'kubehound') return count;
    for (const tail of this.hypergraph.tailsOf(edge)) if (this.membershipEdge(head, tail) >= 0) count -= 1;
    return count;
  }
}

function* upTo(end: number): Generator<number> {
  for (let index = 0; index < end; index += 1) yield index;
}

/** Both lists in order, each fact once. They are a few facts long. */
function union(first: readonly FactId[], second: readonly FactId[]): FactId[] {
  return [...first, ...second.filter((fact) => !first.includes(fact))];
}

/** The first place from `low` up to `high` whose value is at least `value`; the values ascend. */
function firstAtLeast(values: ArrayLike<number>, low: number, high: number, value: number): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((values[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
