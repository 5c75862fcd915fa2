import type { AnyFact, Estate, Fact, FactId, FactKind, Gap } from '@firebreak/contract';
import { open } from './reader.ts';

/** The facts of one kind, in the order of their ids. */
export interface FactsOfKind {
  readonly list: readonly AnyFact[];
  readonly byId: ReadonlyMap<FactId, AnyFact>;
}

export type FactsByKind = ReadonlyMap<string, FactsOfKind>;

const none: readonly AnyFact[] = [];
const parts = new WeakMap<Estate, FactsByKind>();

/**
 * All facts of one moment, indexed by kind and id. When two facts have the same kind and id the later one counts, as with
 * `kubectl apply`; the collector reports the duplicate as a gap. Lists are in the order of the ids, whatever was read first:
 * two readings of one estate must give one plan, and rules may say "the first".
 */
export function estateOf(facts: Iterable<AnyFact>, gaps: readonly Gap[]): Estate {
  const byKind = new Map<string, Map<FactId, AnyFact>>();
  for (const fact of facts) {
    let ofKind = byKind.get(fact.kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      byKind.set(fact.kind, ofKind);
    }
    ofKind.set(fact.id, fact);
  }
  return estateOfKinds(
    new Map([...byKind].map(([kind, byId]) => [kind, { list: sortedById(byId.values()), byId }])),
    gaps,
  );
}

/** An estate of lists that are in order already: how estates share what is alike. */
export function estateOfKinds(byKind: FactsByKind, gaps: readonly Gap[]): Estate {
  let size = 0;
  for (const { list } of byKind.values()) size += list.length;
  const estate: Estate = {
    all: <K extends FactKind>(kind: K) => (byKind.get(kind)?.list ?? none) as unknown as readonly Fact<K>[],
    get: <K extends FactKind>(kind: K, id: FactId) => byKind.get(kind)?.byId.get(id) as Fact<K> | undefined,
    gaps,
    size,
  };
  parts.set(estate, byKind);
  return estate;
}

/** What an estate is made of; undefined for one that somebody else made. */
export function kindsOf(estate: Estate): FactsByKind | undefined {
  return parts.get(estate);
}

export function sortedById(facts: Iterable<AnyFact>): AnyFact[] {
  return [...facts].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Memoises a derived index on an estate: computed once, dropped with it, and taken over to the next estate where nothing changed
 * that it was computed from (see `reader.ts`, also for what it may do).
 */
export function perEstate<T>(compute: (estate: Estate) => T): (estate: Estate) => T {
  const cache = new WeakMap<Estate, T>();
  return (estate) => {
    const known = cache.get(estate);
    if (known !== undefined) return known;
    const value = open(estate, compute);
    cache.set(estate, value);
    return value;
  };
}
