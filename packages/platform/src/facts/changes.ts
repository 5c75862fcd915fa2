/**
 * From one estate to the next. What did not change is shared: the lists of kinds that nobody touched, and the data of facts that
 * were read again and are as they were. So what follows can see by identity alone that there is nothing to do.
 */
import {
  type AnyFact,
  type Estate,
  type FactChanges,
  type FactId,
  type FactKind,
  factSchemas,
} from '@firebreak/contract';
import { estateOf, estateOfKinds, type FactsByKind, type FactsOfKind, kindsOf, sortedById } from './estate.ts';
import { factsOf } from './join-estates.ts';
import type { Subject } from './reader.ts';
import { sameData } from './same-data.ts';

/** The estate after some changes: facts added or changed, facts gone, and the gaps that hold now. Time: the kinds concerned. */
export function changeEstate(before: Estate, { facts, gone, gaps }: FactChanges): Estate {
  const byKind = new Map(partsOf(before));
  const newer = Map.groupBy(facts, ({ kind }) => kind as string);
  const away = Map.groupBy(gone, ({ kind }) => kind as string);
  for (const kind of new Set([...newer.keys(), ...away.keys()])) {
    const changed = changeKind(byKind.get(kind), newer.get(kind) ?? [], away.get(kind) ?? []);
    if (changed.list.length === 0) byKind.delete(kind);
    else byKind.set(kind, changed);
  }
  return estateOfKinds(byKind, sameData(before.gaps, gaps) ? before.gaps : gaps);
}

/** What is gone counts after what is new, as in the changes of a connector. */
function changeKind(
  before: FactsOfKind | undefined,
  newer: readonly AnyFact[],
  gone: readonly { readonly id: FactId }[],
): FactsOfKind {
  const byId = new Map(before?.byId);
  for (const fact of newer) {
    const known = byId.get(fact.id);
    byId.set(fact.id, known === undefined ? fact : shared(known, fact));
  }
  for (const { id } of gone) byId.delete(id);
  const old = before?.list ?? [];
  const kept = old.flatMap(({ id }) => byId.get(id) ?? []);
  const added = new Set(newer.map(({ id }) => id).filter((id) => byId.has(id) && before?.byId.has(id) !== true));
  if (before !== undefined && added.size === 0 && sameFacts(kept, old)) return before;
  return { byId, list: mergedById(kept, sortedById([...added].map((id) => byId.get(id) as AnyFact))) };
}

/** Two lists in the order of their ids as one; no id is in both. */
function mergedById(one: readonly AnyFact[], other: readonly AnyFact[]): AnyFact[] {
  const merged: AnyFact[] = [];
  let next = 0;
  for (const fact of one) {
    for (; next < other.length && (other[next] as AnyFact).id < fact.id; next += 1) merged.push(other[next] as AnyFact);
    merged.push(fact);
  }
  return merged.concat(other.slice(next));
}

function sameFacts(one: readonly AnyFact[], other: readonly AnyFact[]): boolean {
  return one.length === other.length && one.every((fact, at) => fact === other[at]);
}

/** `after` to the last field, made of the facts of `before` as far as they are alike. */
export function shareFacts(before: Estate, after: Estate): Estate {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  const byKind = new Map([...fresh].map(([kind, facts]) => [kind, shareKind(old.get(kind), facts)]));
  return estateOfKinds(byKind, sameData(before.gaps, after.gaps) ? before.gaps : after.gaps);
}

function shareKind(before: FactsOfKind | undefined, after: FactsOfKind): FactsOfKind {
  if (before === undefined || before === after) return after;
  const list = after.list.map((fact) => {
    const known = before.byId.get(fact.id);
    return known === undefined ? fact : shared(known, fact);
  });
  if (sameFacts(list, before.list)) return before;
  return { list, byId: new Map(list.map((fact) => [fact.id, fact])) };
}

/** A fact that was read again: the known one where nothing differs, its data where only the source does. */
function shared(known: AnyFact, fact: AnyFact): AnyFact {
  if (known === fact || !sameData(known.data, fact.data)) return fact;
  return sameData(known.source, fact.source) ? known : ({ ...fact, data: known.data } as AnyFact);
}

/**
 * All in which two estates differ as rules see them, by kind. Where a fact was read does not count: rules read what it is and
 * what it says.
 */
export function changedSubjects(before: Estate, after: Estate): ReadonlySet<Subject> {
  const changed = new Set<Subject>();
  if (!sameData(before.gaps, after.gaps)) changed.add('gaps');
  if (before.size !== after.size) changed.add('size');
  for (const kind of Object.keys(factSchemas) as FactKind[])
    if (!sayTheSame(before.all(kind) as readonly AnyFact[], after.all(kind) as readonly AnyFact[])) changed.add(kind);
  return changed;
}

function sayTheSame(before: readonly AnyFact[], after: readonly AnyFact[]): boolean {
  if (before === after) return true;
  if (before.length !== after.length) return false;
  return before.every((fact, at) => {
    const other = after[at] as AnyFact;
    return fact === other || (fact.id === other.id && sameData(fact.data, other.data));
  });
}

function partsOf(estate: Estate): FactsByKind {
  return kindsOf(estate) ?? (kindsOf(estateOf(factsOf(estate), estate.gaps)) as FactsByKind);
}
