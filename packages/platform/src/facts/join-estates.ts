/** Several sources, one estate: what each connector read, side by side. */
import { type AnyFact, type Estate, type FactKind, factSchemas } from '@firebreak/contract';
import { estateOf, estateOfKinds, type FactsOfKind, kindsOf } from './estate.ts';

/**
 * All facts and gaps of all. Where two sources tell of the same thing the later one counts, as within one source: give the
 * one that knows better last.
 */
export function joinEstates(estates: readonly Estate[]): Estate {
  const [only] = estates;
  if (only !== undefined && estates.length === 1) return only;
  const gaps = estates.flatMap((estate) => estate.gaps);
  const byKind = new Map<string, FactsOfKind>();
  for (const kind of Object.keys(factSchemas) as FactKind[]) {
    const telling = estates.filter((estate) => estate.all(kind).length > 0);
    const [first] = telling;
    if (first === undefined) continue;
    // A kind that one source alone tells of is shared with it: it stays the same when another source changes.
    const alone = telling.length === 1 ? kindsOf(first)?.get(kind) : undefined;
    const facts = telling.flatMap((estate) => estate.all(kind) as readonly AnyFact[]);
    const made = alone ?? kindsOf(estateOf(facts, []))?.get(kind);
    if (made !== undefined) byKind.set(kind, made);
  }
  return estateOfKinds(byKind, gaps);
}

/** Every fact, by kind and then id. */
export function* factsOf(estate: Estate): Generator<AnyFact> {
  for (const kind of (Object.keys(factSchemas) as FactKind[]).sort()) yield* estate.all(kind) as readonly AnyFact[];
}
