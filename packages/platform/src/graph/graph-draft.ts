/**
 * An attack graph in the making.
 *
 * Rules may run in any order and facts may come in any order; the graph must not show it. So nothing is built while rules
 * run: edges go into integer columns under provisional node numbers, and at the end nodes are sorted by id and edges by
 * (tails, type, head), with three counting sorts. Equal steps then lie next to each other and become one, which needs no
 * hash table. Where two derivations of a step differ, their content decides and never who came first: the likelier one
 * leads, its facts come first, and the facts of the others follow.
 */
import type { DerivedEdge, FactId, GraphNode, NodeGroup, NodeId } from '@firebreak/contract';
import type { AttackGraphParts } from './attack-graph.ts';
import { countingSort } from './counting-sort.ts';
import { GrowableInts } from './growable.ts';
import { HypergraphBuilder } from './hypergraph.ts';

/** A value that many edges share, kept once. */
class Interned<T> {
  readonly values: T[] = [];
  readonly #numberOf = new Map<T, number>();
  #last: T | undefined;
  #lastNumber = -1;

  numberOf(value: T): number {
    // Rules tend to say the same thing several times in a row.
    if (value === this.#last && this.#lastNumber >= 0) return this.#lastNumber;
    let number = this.#numberOf.get(value);
    if (number === undefined) {
      number = this.values.length;
      this.#numberOf.set(value, number);
      this.values.push(value);
    }
    this.#last = value;
    this.#lastNumber = number;
    return number;
  }

  at(number: number): T {
    return this.values[number] as T;
  }
}

export class GraphDraft {
  readonly #membership: number;
  readonly #ids = new Interned<NodeId>();
  /** By provisional number; nothing for ids that were only named. */
  readonly #nodes: (GraphNode | undefined)[] = [];
  readonly #hubs = new Set<number>();

  readonly #tails = new GrowableInts();
  readonly #heads = new GrowableInts();
  readonly #types = new GrowableInts();
  readonly #likelihoods = new GrowableInts();
  readonly #notes = new GrowableInts();
  /** Where the facts of an edge end; they begin where those of the edge before end. */
  readonly #factEnds = new GrowableInts();
  readonly #factValues = new GrowableInts();
  /** The further tails of AND-steps. */
  readonly #others = new Map<number, readonly number[]>();

  readonly #factTable = new Interned<FactId>();
  readonly #likelihoodTable = new Interned<number>();
  readonly #noteTable = new Interned<string | undefined>();

  /** @param ruleCount edge types below it belong to rules; it is itself the type of memberships. */
  constructor(ruleCount: number) {
    this.#membership = ruleCount;
  }

  /** Adds a node. Two rules that make the same node add to each other; where they differ, the richer one counts. */
  addNode(node: GraphNode): void {
    const number = this.#ids.numberOf(node.id);
    const known = this.#nodes[number];
    this.#nodes[number] = known === undefined ? node : merged(known, node);
  }

  addEdge(type: number, edge: DerivedEdge): void {
    const from = this.#ids.numberOf(edge.from);
    const head = typeof edge.to === 'string' ? this.#ids.numberOf(edge.to) : this.#hubOf(edge.to);
    if (edge.with !== undefined && edge.with.length > 0) {
      const others = new Set(edge.with.map((id) => this.#ids.numberOf(id)));
      others.delete(from);
      if (others.size > 0) this.#others.set(this.#heads.length, [...others]);
    }
    this.#push(from, type, head, edge.facts, edge.likelihood ?? 1, edge.note);
  }

  #hubOf(group: NodeGroup): number {
    const id = `group:${group.key}`;
    const hub = this.#ids.numberOf(id);
    if (this.#hubs.has(hub)) return hub;
    this.#hubs.add(hub);
    this.#nodes[hub] = { id, kind: 'Group', class: 'inventory', name: group.label, facts: [] };
    for (const member of group.members()) {
      this.#push(hub, this.#membership, this.#ids.numberOf(member.node), member.facts, 1, undefined);
    }
    return hub;
  }

  #push(
    tail: number,
    type: number,
    head: number,
    facts: readonly FactId[],
    likelihood: number,
    note: string | undefined,
  ): void {
    this.#tails.push(tail);
    this.#types.push(type);
    this.#heads.push(head);
    this.#likelihoods.push(this.#likelihoodTable.numberOf(likelihood));
    this.#notes.push(this.#noteTable.numberOf(note));
    for (const fact of facts) this.#factValues.push(this.#factTable.numberOf(fact));
    this.#factEnds.push(this.#factValues.length);
  }

  /** The finished graph's parts. The draft must not be used afterwards. */
  finish(): Pick<AttackGraphParts, 'nodes' | 'indexOf' | 'hypergraph' | 'facts' | 'notes' | 'likelihoods'> {
    const ids = this.#ids.values;
    const sortedIds = [...ids].sort();
    const indexOf = new Map(sortedIds.map((id, index) => [id, index]));
    const rank = Int32Array.from(ids, (id) => indexOf.get(id) as number);

    const builder = new HypergraphBuilder();
    const nodes = new Array<GraphNode>(ids.length);
    const classes = classesByKind(this.#nodes);
    for (let number = 0; number < ids.length; number += 1) {
      nodes[rank[number] as number] = this.#nodes[number] ?? bareNode(this.#ids.at(number), classes);
    }
    const isHub = new Uint8Array(ids.length);
    for (const hub of this.#hubs) isHub[rank[hub] as number] = 1;
    for (const hub of isHub) hub === 1 ? builder.addHub() : builder.addNode();

    const order = this.#ordered(rank);
    const ends = new GrowableInts(order.length);
    const values = new GrowableInts(this.#factValues.length);
    const likelihoods = new GrowableInts(order.length);
    const notes = new Map<number, string>();
    for (let at = 0; at < order.length; ) {
      const first = order[at] as number;
      let end = at + 1;
      while (end < order.length && this.#sameStep(first, order[end] as number)) end += 1;
      const { facts, likelihood, note } = end === at + 1 ? this.#only(first) : this.#agreed(order.subarray(at, end));
      const tail = rank[this.#tails.at(first)] as number;
      const others = this.#others.get(first);
      const edge = builder.addEdge(
        others === undefined ? tail : [tail, ...ranked(others, rank)],
        rank[this.#heads.at(first)] as number,
        this.#types.at(first),
      );
      for (const fact of facts) values.push(fact);
      ends.push(values.length);
      likelihoods.push(likelihood);
      if (note !== undefined) notes.set(edge, note);
      at = end;
    }
    // Edges went in sorted, one tail before several: the place of each is the number that the builder gave it.
    const { graph: hypergraph } = builder.freeze();
    const offsets = new Int32Array(ends.length + 1);
    offsets.set(ends.view(), 1);
    return {
      nodes,
      indexOf,
      hypergraph,
      facts: { table: this.#factTable.values, offsets, values: values.view().slice() },
      notes,
      likelihoods: Float64Array.from(likelihoods.view(), (number) => this.#likelihoodTable.at(number)),
    };
  }

  /** All edges in the order of the graph: those with one tail by (tail, type, head), then the AND-steps likewise. */
  #ordered(rank: Int32Array): Int32Array {
    const heads = Int32Array.from(this.#heads.view(), (head) => rank[head] as number);
    const tails = Int32Array.from(this.#tails.view(), (tail) => rank[tail] as number);
    let order: Int32Array = new Int32Array(heads.length);
    for (let edge = 0; edge < order.length; edge += 1) order[edge] = edge;
    if (this.#others.size > 0) order = order.filter((edge) => !this.#others.has(edge));
    order = countingSort(heads, rank.length, order).order;
    order = countingSort(this.#types.view(), this.#membership + 1, order).order;
    order = countingSort(tails, rank.length, order).order;
    if (this.#others.size === 0) return order;

    const keyOf = new Map<number, readonly number[]>();
    for (const [edge, others] of this.#others) {
      keyOf.set(edge, [tails[edge], ...ranked(others, rank), -1, this.#types.at(edge), heads[edge]] as number[]);
    }
    const several = [...keyOf.keys()].sort((a, b) => compare(keyOf.get(a) ?? [], keyOf.get(b) ?? []));
    const all = new Int32Array(order.length + several.length);
    all.set(order);
    all.set(several, order.length);
    return all;
  }

  #sameStep(one: number, other: number): boolean {
    if (this.#tails.at(one) !== this.#tails.at(other) || this.#heads.at(one) !== this.#heads.at(other)) return false;
    if (this.#types.at(one) !== this.#types.at(other)) return false;
    const [a, b] = [this.#others.get(one), this.#others.get(other)];
    if (a === undefined || b === undefined) return a === b;
    return a.length === b.length && a.every((node) => b.includes(node));
  }

  #only(edge: number): Said {
    return {
      facts: this.#factsOf(edge),
      likelihood: this.#likelihoods.at(edge),
      note: this.#noteTable.at(this.#notes.at(edge)),
    };
  }

  #factsOf(edge: number): Int32Array {
    return this.#factValues.view().subarray(edge === 0 ? 0 : this.#factEnds.at(edge - 1), this.#factEnds.at(edge));
  }

  /** What several derivations of one step say together. */
  #agreed(edges: Int32Array): Said {
    const said = Array.from(edges, (edge) => {
      const only = this.#only(edge);
      const text = JSON.stringify([Array.from(only.facts, (fact) => this.#factTable.at(fact)), only.note]);
      return { ...only, odds: this.#likelihoodTable.at(only.likelihood), text };
    }).sort((a, b) => b.odds - a.odds || (a.text < b.text ? -1 : 1));
    return {
      facts: [...new Set(said.flatMap(({ facts }) => [...facts]))],
      likelihood: (said[0] as Said).likelihood,
      note: said.find(({ note }) => note !== undefined)?.note,
    };
  }
}

/** What a derivation says about a step: numbers of facts, number of the likelihood, the note. */
interface Said {
  readonly facts: Iterable<number>;
  readonly likelihood: number;
  readonly note: string | undefined;
}

function ranked(nodes: readonly number[], rank: Int32Array): number[] {
  return nodes.map((node) => rank[node] as number).sort((a, b) => a - b);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number);
  }
  return a.length - b.length;
}

/** Two rules describe one node: the one with more facts leads, then the one whose text comes first. */
function merged(one: GraphNode, other: GraphNode): GraphNode {
  const [less, more] = [one, other].sort(
    (a, b) => a.facts.length - b.facts.length || (JSON.stringify(a) > JSON.stringify(b) ? -1 : 1),
  ) as [GraphNode, GraphNode];
  const about = { ...less.about, ...more.about };
  const tenure = { ...less.tenure, ...more.tenure };
  return {
    ...less,
    ...more,
    ...(Object.keys(about).length === 0 ? {} : { about }),
    ...(Object.keys(tenure).length === 0 ? {} : { tenure }),
    facts: [...new Set([...more.facts, ...less.facts])],
  };
}

/** The class that the node rules gave to nodes of each kind. */
function classesByKind(nodes: readonly (GraphNode | undefined)[]): ReadonlyMap<string, GraphNode['class']> {
  const classes = new Map<string, GraphNode['class']>();
  for (const node of nodes) {
    if (node === undefined) continue;
    const known = classes.get(node.kind);
    if (known === undefined || node.class < known) classes.set(node.kind, node.class);
  }
  return classes;
}

/** A node for an id that edges name and no node rule made: kind, namespace and name as the id says them. */
function bareNode(id: NodeId, classes: ReadonlyMap<string, GraphNode['class']>): GraphNode {
  const [kind = '', ...path] = id.slice(id.indexOf(':') + 1).split('/');
  const name = path.at(-1) ?? kind;
  const namespace = path.length > 1 ? path[0] : undefined;
  return {
    id,
    kind,
    class: classes.get(kind) ?? 'inventory',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    facts: [],
  };
}
