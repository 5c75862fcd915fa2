/**
 * From what the rules said to the parts of an attack graph.
 *
 * Rules may run in any order and facts may come in any order; the graph must not show it, nor which of the rules said it anew
 * and which said it for an older estate. So nodes are sorted by id and edges by (tails, type, head), with counting sorts over
 * integer columns. Equal steps then lie next to each other and become one, which needs no hash table. Where two derivations of a
 * step differ, their content decides and never who came first: the likelier one leads, its facts come first, and the facts of
 * the others follow.
 */
import type { GraphNode, NodeId } from '@firebreak/contract';
import type { AttackGraphParts, NodeNumbers } from './attack-graph.ts';
import { bitsetOf } from './bitset.ts';
import { countingSort } from './counting-sort.ts';
import { GrowableInts } from './growable.ts';
import { hypergraphOf } from './hypergraph.ts';
import { bareNode, classesByKind } from './node-table.ts';
import type { AllSteps } from './steps.ts';
import type { Vocabulary } from './vocabulary.ts';

export type Assembled = Pick<AttackGraphParts, 'nodes' | 'indexOf' | 'hypergraph' | 'facts' | 'notes' | 'likelihoods'>;

/**
 * @param nodes by number of the vocabulary, hubs included; nothing for ids that are only named
 * @param hubs their numbers
 */
export function assemble(
  vocabulary: Vocabulary,
  nodes: readonly (GraphNode | undefined)[],
  hubs: Iterable<number>,
  steps: AllSteps,
): Assembled {
  const { rank, spoken } = ranked(vocabulary, nodes, steps);
  const classes = classesByKind(nodes);
  const sorted: GraphNode[] = [];
  for (const number of spoken) sorted.push(nodes[number] ?? bareNode(vocabulary.ids.at(number), classes));
  return {
    nodes: sorted,
    indexOf: new Ranks(vocabulary, rank, sorted),
    ...new Merge(vocabulary, steps, rank, spoken.length).run(Array.from(hubs, (hub) => rank[hub] as number)),
  };
}

/** Node numbers by way of the vocabulary, which knows every id already. */
class Ranks implements NodeNumbers {
  readonly #vocabulary: Vocabulary;
  readonly #rank: Int32Array;
  readonly #nodes: readonly GraphNode[];

  constructor(vocabulary: Vocabulary, rank: Int32Array, nodes: readonly GraphNode[]) {
    this.#vocabulary = vocabulary;
    this.#rank = rank;
    this.#nodes = nodes;
  }

  get(id: NodeId): number | undefined {
    const number = this.#vocabulary.ids.find(id);
    // An id that came to the vocabulary later has no place here.
    const place = number === undefined ? -1 : (this.#rank[number] ?? -1);
    return place < 0 ? undefined : place;
  }

  has(id: NodeId): boolean {
    return this.get(id) !== undefined;
  }

  *[Symbol.iterator](): Generator<readonly [NodeId, number]> {
    for (const [node, { id }] of this.#nodes.entries()) yield [id, node];
  }
}

/** The place of each id among those that the graph speaks of (−1 for others), and these in their order. */
function ranked(vocabulary: Vocabulary, nodes: readonly (GraphNode | undefined)[], { tails, heads, others }: AllSteps) {
  const isSpoken = new Uint8Array(vocabulary.ids.values.length);
  for (let number = 0; number < nodes.length; number += 1) if (nodes[number] !== undefined) isSpoken[number] = 1;
  for (const tail of tails) isSpoken[tail] = 1;
  for (const head of heads) isSpoken[head] = 1;
  for (const more of others.values()) for (const tail of more) isSpoken[tail] = 1;
  const spoken = vocabulary.inOrder().filter((number) => isSpoken[number] === 1);
  const rank = new Int32Array(isSpoken.length).fill(-1);
  for (let place = 0; place < spoken.length; place += 1) rank[spoken[place] as number] = place;
  return { rank, spoken };
}

/** Sorts the steps and makes one edge of equal ones. */
class Merge {
  readonly #vocabulary: Vocabulary;
  readonly #steps: AllSteps;
  readonly #nodeCount: number;
  readonly #tails: Int32Array;
  readonly #heads: Int32Array;
  /** The further tails of AND-steps, ascending. */
  readonly #others: ReadonlyMap<number, readonly number[]>;

  constructor(vocabulary: Vocabulary, steps: AllSteps, rank: Int32Array, nodeCount: number) {
    this.#vocabulary = vocabulary;
    this.#steps = steps;
    this.#nodeCount = nodeCount;
    this.#tails = steps.tails.map((tail) => rank[tail] as number);
    this.#heads = steps.heads.map((head) => rank[head] as number);
    this.#others = new Map(
      [...steps.others].map(([step, more]) => [step, more.map((tail) => rank[tail] as number).sort((a, b) => a - b)]),
    );
  }

  run(hubs: readonly number[]): Pick<Assembled, 'hypergraph' | 'facts' | 'notes' | 'likelihoods'> {
    const { types, factEnds, factValues } = this.#steps;
    const table = this.#vocabulary;
    const order = this.#ordered();
    const offsets = new Int32Array(this.#nodeCount + 1);
    const heads = new Int32Array(order.length);
    const edgeTypes = new Uint16Array(order.length);
    const likelihoods = new Float64Array(order.length);
    const notes = new Int32Array(order.length);
    const factOffsets = new Int32Array(order.length + 1);
    const facts = new Int32Array(factValues.length);
    const andOffsets = new GrowableInts();
    const andTails = new GrowableInts();
    andOffsets.push(0);
    let [edge, factCount] = [0, 0];
    for (let at = 0; at < order.length; edge += 1) {
      const first = order[at] as number;
      let end = at + 1;
      while (end < order.length && this.#isSame(first, order[end] as number)) end += 1;
      let likelihood = this.#steps.likelihoods[first] as number;
      let note = this.#steps.notes[first] as number;
      if (end === at + 1) {
        const factEnd = factEnds[first] as number;
        for (let fact = first === 0 ? 0 : (factEnds[first - 1] as number); fact < factEnd; fact += 1) {
          facts[factCount] = factValues[fact] as number;
          factCount += 1;
        }
      } else {
        const agreed = this.#agreed(order.subarray(at, end));
        for (const fact of agreed.facts) {
          facts[factCount] = fact;
          factCount += 1;
        }
        likelihood = agreed.likelihood;
        note = agreed.note;
      }
      at = end;

      const tail = this.#tails[first] as number;
      const others = this.#others.size === 0 ? undefined : this.#others.get(first);
      if (others === undefined) offsets[tail + 1] = (offsets[tail + 1] as number) + 1;
      else {
        andTails.push(tail);
        for (const other of others) andTails.push(other);
        andOffsets.push(andTails.length);
      }
      heads[edge] = this.#heads[first] as number;
      edgeTypes[edge] = types[first] as number;
      likelihoods[edge] = table.likelihoods.at(likelihood);
      notes[edge] = note;
      factOffsets[edge + 1] = factCount;
    }
    for (let node = 0; node < this.#nodeCount; node += 1) {
      offsets[node + 1] = (offsets[node + 1] as number) + (offsets[node] as number);
    }
    return {
      hypergraph: hypergraphOf({
        hubs: bitsetOf(this.#nodeCount, hubs),
        offsets,
        heads: heads.slice(0, edge),
        types: edgeTypes.slice(0, edge),
        andOffsets: andOffsets.take(),
        andTails: andTails.take(),
      }),
      facts: { table: table.facts.values, offsets: factOffsets.slice(0, edge + 1), values: facts.slice(0, factCount) },
      notes: { get: (of) => (of < edge ? table.notes.at(notes[of] as number) : undefined) },
      likelihoods: likelihoods.slice(0, edge),
    };
  }

  /** All steps in the order of the graph: those with one tail by (tail, type, head), then the AND-steps likewise. */
  #ordered(): Int32Array {
    const { types } = this.#steps;
    const bound = (types.at(-1) ?? 0) + 1;
    let order: Int32Array = new Int32Array(types.length);
    for (let step = 0; step < order.length; step += 1) order[step] = step;
    if (this.#others.size > 0) order = order.filter((step) => !this.#others.has(step));
    order = countingSort(this.#heads, this.#nodeCount, order).order;
    order = countingSort(types, bound, order).order;
    order = countingSort(this.#tails, this.#nodeCount, order).order;
    if (this.#others.size === 0) return order;

    const keyOf = new Map<number, readonly number[]>();
    for (const [step, others] of this.#others) {
      keyOf.set(step, [this.#tails[step], ...others, -1, types[step], this.#heads[step]] as number[]);
    }
    const several = [...keyOf.keys()].sort((a, b) => compare(keyOf.get(a) ?? [], keyOf.get(b) ?? []));
    const all = new Int32Array(order.length + several.length);
    all.set(order);
    all.set(several, order.length);
    return all;
  }

  #isSame(one: number, other: number): boolean {
    if (this.#tails[one] !== this.#tails[other] || this.#heads[one] !== this.#heads[other]) return false;
    if (this.#steps.types[one] !== this.#steps.types[other]) return false;
    const [a, b] = [this.#others.get(one), this.#others.get(other)];
    if (a === undefined || b === undefined) return a === b;
    return compare(a, b) === 0;
  }

  /** What several derivations of one step say together. */
  #agreed(steps: Int32Array): Said {
    const { factEnds, factValues, likelihoods, notes } = this.#steps;
    const table = this.#vocabulary;
    const said = Array.from(steps, (step) => {
      const facts = [...factValues.subarray(step === 0 ? 0 : factEnds[step - 1], factEnds[step])];
      const likelihood = likelihoods[step] as number;
      const note = notes[step] as number;
      const text = JSON.stringify([facts.map((fact) => table.facts.at(fact)), table.notes.at(note)]);
      return { facts, likelihood, note, odds: table.likelihoods.at(likelihood), text };
    }).sort((a, b) => b.odds - a.odds || (a.text < b.text ? -1 : 1));
    const leading = said[0] as Said;
    return {
      facts: [...new Set(said.flatMap(({ facts }) => facts))],
      likelihood: leading.likelihood,
      note: (said.find(({ note }) => table.notes.at(note) !== undefined) ?? leading).note,
    };
  }
}

/** What the derivations of a step say, all but the step itself as numbers of the vocabulary. */
interface Said {
  readonly facts: readonly number[];
  readonly likelihood: number;
  readonly note: number;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number);
  }
  return a.length - b.length;
}
