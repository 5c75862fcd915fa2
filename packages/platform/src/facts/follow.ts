/** A connector's changes → the estate after each of them. */
import type { AnyFact, Estate, FactChanges } from '@firebreak/contract';
import { estateOf } from './estate.ts';

/** Yields a new immutable estate for every batch; ends when the changes do. */
export async function* followEstate(changes: AsyncIterable<FactChanges>): AsyncGenerator<Estate> {
  const facts = new Map<string, AnyFact>();
  const key = ({ kind, id }: { readonly kind: string; readonly id: string }) => `${kind} ${id}`;
  for await (const batch of changes) {
    for (const fact of batch.facts) facts.set(key(fact), fact);
    for (const gone of batch.gone) facts.delete(key(gone));
    yield estateOf(facts.values(), batch.gaps);
  }
}
