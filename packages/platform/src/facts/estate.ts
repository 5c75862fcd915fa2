import type { AnyFact, Estate, Fact, FactId, FactKind, Gap } from '@firebreak/contract';

/**
 * All facts of one moment, indexed by kind and id. When two facts have the same kind and id the later one counts, as with
 * `kubectl apply`; the collector reports the duplicate as a gap. Lists are in the order of the ids, whatever was read first:
 * two readings of one estate must give one plan, and rules may say "the first".
 */
export function estateOf(facts: Iterable<AnyFact>, gaps: readonly Gap[]): Estate {
  const byKind = new Map<string, Map<FactId, AnyFact>>();
  let size = 0;
  for (const fact of facts) {
    let ofKind = byKind.get(fact.kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      byKind.set(fact.kind, ofKind);
    }
    if (!ofKind.has(fact.id)) size += 1;
    ofKind.set(fact.id, fact);
  }
  const lists = new Map<string, readonly AnyFact[]>();
  for (const [kind, ofKind] of byKind)
    lists.set(
      kind,
      [...ofKind.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  return {
    all: <K extends FactKind>(kind: K) => (lists.get(kind) ?? []) as unknown as readonly Fact<K>[],
    get: <K extends FactKind>(kind: K, id: FactId) => byKind.get(kind)?.get(id) as Fact<K> | undefined,
    gaps,
    size,
  };
}

/** Memoises a derived index on an estate: computed once, dropped with it. */
export function perEstate<T>(compute: (estate: Estate) => T): (estate: Estate) => T {
  const cache = new WeakMap<Estate, T>();
  return (estate) => {
    const known = cache.get(estate);
    if (known !== undefined) return known;
    const value = compute(estate);
    cache.set(estate, value);
    return value;
  };
}
