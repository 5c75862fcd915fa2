/** A connector's changes → the estate after each of them. */
import type { Estate, FactChanges } from '@firebreak/contract';
import { changeEstate } from './changes.ts';
import { estateOf } from './estate.ts';

/** Yields a new immutable estate for every batch, which shares with the one before what did not change; ends when the changes do. */
export async function* followEstate(changes: AsyncIterable<FactChanges>): AsyncGenerator<Estate> {
  let estate = estateOf([], []);
  for await (const batch of changes) {
    estate = changeEstate(estate, batch);
    yield estate;
  }
}
