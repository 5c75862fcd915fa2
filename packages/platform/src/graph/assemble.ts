/**
 * From what the rules said to the parts of an attack graph.
 *
 * Rules may run in any order and facts may come in any order; the graph must not show it, nor which of the rules said it anew
 * and which said it for an older estate. So nodes are sorted by id and edges by (tails, type, head), with counting sorts over
 * integer columns. Equal steps then lie next to each other and become one, which needs no hash table. Where two derivations of a
 * step differ, their content decides and never who came first: the likelier one leads, its facts come first, and the facts of
 * the others follow.
 */
import type { GraphNode } from '@firebreak/contract';
import type { AttackGraphParts } from './attack-graph.ts';
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
  const sorted = Array.from(spoken, (number) => nodes[number] ?? bareNode(vocabulary.ids.at(number), classes));
  return {
    nodes: sorted,
    indexOf: new Map(sorted.map(({ id }, index) => [id, index])),
    ...new Merge(vocabulary, steps, rank, spoken.length).run(Array.from(hubs, (hub) => rank[hub] as number)),
  };
}

/** The place of each id among those that the graph speaks of, and these in their order. */
function ranked(vocabulary: Vocabulary, nodes: readonly (GraphNode | undefined)[], { tails, heads, others }: AllSteps) {
  const isSpoken = new Uint8Array(vocabulary.ids.values.length);
  for (let number = 0; number < nodes.length; number += 1) if (nodes[number] !== undefined) isSpoken[number] = 1;
  for (const tail of tails) isSpoken[tail] = 1;
  for (const head of heads) isSpoken[head] = 1;
  for (const more of others.values()) for (const tail of more) isSpoken[tail] = 1;
  const spoken = vocabulary.inOrder().filter((number) => isSpoken[number] === 1);
  const rank = new Int32Array(isSpoken.length);
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
    const { types, factValues } = this.#steps;
    const order = this.#ordered();
    const offsets = new Int32Array(this.#nodeCount + 1);
    const heads = new Int32Array(order.length);
    const edgeTypes = new Uint16Array(order.length);
    const likelihoods = new Float64Array(order.length);
    const notes = new Map<number, string>();
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
      const said = end === at + 1 ? this.#only(first) : this.#agreed(order.subarray(at, end));
      at = end;

      const tail = this.#tails[first] as number;
      const others = this.#others.get(first);
      if (others === undefined) offsets[tail + 1] = (offsets[tail + 1] as number) + 1;
      else {
        andTails.push(tail);
        for (const other of others) andTails.push(other);
        andOffsets.push(andTails.length);
      }
      heads[edge] = this.#heads[first] as number;
      edgeTypes[edge] = types[first] as number;
      likelihoods[edge] = this.#vocabulary.likelihoods.at(said.likelihood);
      if (said.note !== undefined) notes.set(edge, said.note);
      facts.set(said.facts, factCount);
      factCount += said.facts.length;
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
      facts: {
        table: this.#vocabulary.facts.values,
        offsets: factOffsets.slice(0, edge + 1),
        values: facts.slice(0, factCount),
      },
      notes,
      likelihoods: likelihoods.slice(0, edge),
    };
  }

  /** All steps in the order of the graph: those with one tail by (tail, type, head), then the AND-steps likewise. */
  #ordered(): Int32Array {
    const { types } = this.#steps;
    const bound = (types.at(-1) ?? 0) + 1;
    let order = Int32Array.from(types.keys());
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

  #only(step: number): Said {
    const { likelihoods, notes, factEnds, factValues } = this.#steps;
    return {
      facts: factValues.subarray(step === 0 ? 0 : factEnds[step - 1], factEnds[step]),
      likelihood: likelihoods[step] as number,
      note: this.#vocabulary.notes.at(notes[step] as number),
    };
  }

  /** What several derivations of one step say together. */
  #agreed(steps: Int32Array): Said {
    const { facts, likelihoods } = this.#vocabulary;
    const said = Array.from(steps, (step) => {
      const only = this.#only(step);
      const text = JSON.stringify([Array.from(only.facts, (fact) => facts.at(fact)), only.note]);
      return { ...only, odds: likelihoods.at(only.likelihood), text };
    }).sort((a, b) => b.odds - a.odds || (a.text < b.text ? -1 : 1));
    return {
      facts: [...new Set(said.flatMap((each) => [...each.facts]))],
      likelihood: (said[0] as Said).likelihood,
      note: said.find(({ note }) => note !== undefined)?.note,
    };
  }
}

/** What a derivation says about a step: numbers of facts, number of the likelihood, the note. */
interface Said {
  readonly facts: ArrayLike<number> & Iterable<number>;
  readonly likelihood: number;
  readonly note: string | undefined;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number);
  }
  return a.length - b.length;
}
