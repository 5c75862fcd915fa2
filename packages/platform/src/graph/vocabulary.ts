/**
 * What the steps of a graph speak of, as numbers in the order of arrival. It outlives the graph: the next graph of the same
 * estate speaks of nearly the same, and steps that nobody derived again keep their numbers.
 */
import type { FactId, NodeId } from '@firebreak/contract';
import { Interned } from './interned.ts';

export class Vocabulary {
  readonly ids = new Interned<NodeId>();
  readonly facts = new Interned<FactId>();
  readonly likelihoods = new Interned<number>();
  readonly notes = new Interned<string | undefined>();
  #inOrder: Int32Array = new Int32Array(0);

  /** The numbers of all ids, in the order of the ids. Only ids that came since the last call are sorted. */
  inOrder(): Int32Array {
    const { values } = this.ids;
    const old = this.#inOrder;
    if (old.length === values.length) return old;
    const newcomers = values.slice(old.length).sort();
    const all = new Int32Array(values.length);
    let [from, to] = [0, 0];
    for (const id of newcomers) {
      const end = this.#firstAfter(id, from);
      all.set(old.subarray(from, end), to);
      to += end - from;
      from = end;
      all[to] = this.ids.numberOf(id);
      to += 1;
    }
    all.set(old.subarray(from), to);
    this.#inOrder = all;
    return all;
  }

  /** The first place among those in order, from `low` on, whose id comes after this one. */
  #firstAfter(id: NodeId, low: number): number {
    let [from, to] = [low, this.#inOrder.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.ids.at(this.#inOrder[middle] as number) < id) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
