/** Several sources, one estate: what each connector read, side by side. */
import { type AnyFact, type Estate, type FactKind, factSchemas } from '@firebreak/contract';
import { estateOf } from './estate.ts';

/**
 * All facts and gaps of all. Where two sources tell of the same thing the later one counts, as within one source: give the
 * one that knows better last.
 */
export function joinEstates(estates: readonly Estate[]): Estate {
  const [only] = estates;
  if (only !== undefined && estates.length === 1) return only;
  return estateOf(
    estates.flatMap((estate) => [...factsOf(estate)]),
    estates.flatMap(({ gaps }) => gaps),
  );
}

/** Every fact, by kind and then id. */
export function* factsOf(estate: Estate): Generator<AnyFact> {
  for (const kind of (Object.keys(factSchemas) as FactKind[]).sort()) yield* estate.all(kind) as readonly AnyFact[];
}
