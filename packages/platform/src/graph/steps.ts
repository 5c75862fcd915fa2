/**
 * What one rule said, or who one hub's members are, as integer columns in the numbers of a vocabulary. Immutable: a rule that
 * need not be asked again is not looked at again, and its columns are copied into the next graph as they are.
 */
import type { DerivedEdge, FactId, GroupMember, NodeGroup } from '@firebreak/contract';
import { GrowableInts } from './growable.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Steps {
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  readonly likelihoods: Int32Array;
  readonly notes: Int32Array;
  /** Where the facts of a step end; they begin where those of the step before end. */
  readonly factEnds: Int32Array;
  readonly factValues: Int32Array;
  /** The further tails of AND-steps, by step. */
  readonly others: ReadonlyMap<number, readonly number[]>;
}

const nothing: Steps = {
  tails: new Int32Array(0),
  heads: new Int32Array(0),
  likelihoods: new Int32Array(0),
  notes: new Int32Array(0),
  factEnds: new Int32Array(0),
  factValues: new Int32Array(0),
  others: new Map(),
};

/** Writes steps, those of one rule or hub after the other. */
export class StepWriter {
  readonly #vocabulary: Vocabulary;
  readonly #tails = new GrowableInts();
  readonly #heads = new GrowableInts();
  readonly #likelihoods = new GrowableInts();
  readonly #notes = new GrowableInts();
  readonly #factEnds = new GrowableInts();
  readonly #factValues = new GrowableInts();
  #others = new Map<number, readonly number[]>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * The steps that a rule derived, and the groups that they lead to, by the number of their hub.
   *
   * @param before what it derived last: most of it comes again, in the same order
   */
  ofRule(
    edges: Iterable<DerivedEdge>,
    before: Steps = nothing,
  ): { steps: Steps; groups: ReadonlyMap<number, NodeGroup> } {
    const { ids } = this.#vocabulary;
    const groups = new Map<number, NodeGroup>();
    let next = 0;
    for (const edge of edges) {
      const from = ids.numberOf(edge.from, before.tails[next]);
      let head: number;
      if (typeof edge.to === 'string') head = ids.numberOf(edge.to, before.heads[next]);
      else {
        head = ids.numberOf(hubId(edge.to), before.heads[next]);
        if (!groups.has(head)) groups.set(head, edge.to);
      }
      const factAt = next === 0 ? 0 : (before.factEnds[next - 1] as number);
      next = following(before, next, from, head);
      if (edge.with !== undefined && edge.with.length > 0) {
        const others = new Set(edge.with.map((id) => ids.numberOf(id)));
        others.delete(from);
        if (others.size > 0) this.#others.set(this.#heads.length, [...others]);
      }
      this.#push(from, head, edge.facts, edge.likelihood ?? 1, edge.note, before.factValues, factAt);
    }
    return { steps: this.#take(), groups };
  }

  /** The steps out of a hub. */
  ofMembers(hub: number, members: Iterable<GroupMember>): Steps {
    for (const { node, facts } of members) this.#push(hub, this.#vocabulary.ids.numberOf(node), facts, 1, undefined);
    return this.#take();
  }

  /** @param known numbers that the facts may well have, from `at` on */
  #push(
    tail: number,
    head: number,
    facts: readonly FactId[],
    likelihood: number,
    note: string | undefined,
    known: Int32Array = nothing.factValues,
    at = 0,
  ): void {
    const vocabulary = this.#vocabulary;
    this.#tails.push(tail);
    this.#heads.push(head);
    this.#likelihoods.push(vocabulary.likelihoods.numberOf(likelihood));
    this.#notes.push(vocabulary.notes.numberOf(note));
    for (let place = 0; place < facts.length; place += 1) {
      this.#factValues.push(vocabulary.facts.numberOf(facts[place] as FactId, known[at + place]));
    }
    this.#factEnds.push(this.#factValues.length);
  }

  #take(): Steps {
    if (this.#tails.length === 0) return nothing;
    const steps: Steps = {
      tails: this.#tails.take(),
      heads: this.#heads.take(),
      likelihoods: this.#likelihoods.take(),
      notes: this.#notes.take(),
      factEnds: this.#factEnds.take(),
      factValues: this.#factValues.take(),
      others: this.#others,
    };
    this.#others = new Map();
    return steps;
  }
}

/** Where in the old steps the next one is to be expected, once this one was derived: a few may be gone, and others new. */
function following(before: Steps, next: number, from: number, head: number): number {
  for (let at = next; at < Math.min(next + 4, before.tails.length); at += 1) {
    if (before.tails[at] === from && before.heads[at] === head) return at + 1;
  }
  return next;
}

function hubId(group: NodeGroup): string {
  return `group:${group.key}`;
}

/** The steps of several rules as one, each step with its type. */
export interface AllSteps extends Steps {
  readonly types: Uint16Array;
}

/** @param parts steps and their type, types ascending */
export function joinSteps(parts: readonly { readonly type: number; readonly steps: Steps }[]): AllSteps {
  const count = parts.reduce((sum, { steps }) => sum + steps.tails.length, 0);
  const factCount = parts.reduce((sum, { steps }) => sum + steps.factValues.length, 0);
  const all = {
    tails: new Int32Array(count),
    heads: new Int32Array(count),
    likelihoods: new Int32Array(count),
    notes: new Int32Array(count),
    factEnds: new Int32Array(count),
    factValues: new Int32Array(factCount),
    others: new Map<number, readonly number[]>(),
    types: new Uint16Array(count),
  };
  let [at, factAt] = [0, 0];
  for (const { type, steps } of parts) {
    const end = at + steps.tails.length;
    all.tails.set(steps.tails, at);
    all.heads.set(steps.heads, at);
    all.likelihoods.set(steps.likelihoods, at);
    all.notes.set(steps.notes, at);
    all.types.fill(type, at, end);
    all.factValues.set(steps.factValues, factAt);
    for (let place = at; place < end; place += 1) all.factEnds[place] = factAt + (steps.factEnds[place - at] as number);
    for (const [step, others] of steps.others) all.others.set(at + step, others);
    at = end;
    factAt += steps.factValues.length;
  }
  return all;
}
