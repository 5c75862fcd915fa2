/**
 * The estate at any time. A collection is recorded as what changed since the one before: most of an estate does not change from
 * one hour to the next. The implementation is PostgreSQL (`storage/fact-history.ts`).
 */
import type { Estate } from '@firebreak/contract';

export interface RecordedCollection {
  /** Counts up with time. */
  readonly no: number;
  /** ISO 8601. */
  readonly at: string;
  readonly facts: number;
}

export interface CollectionChanges extends RecordedCollection {
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
}

export interface FactHistory {
  /** Records an estate as the present of its scope; all or nothing. An estate older than what is recorded is refused: FB-HISTORY-ORDER. */
  record(scope: string, estate: Estate, at: Date): Promise<CollectionChanges>;
  /** The estate as the last collection not after `at` saw it. @throws FirebreakError FB-HISTORY-NONE when there was none yet */
  at(scope: string, at: Date): Promise<{ readonly collection: RecordedCollection; readonly estate: Estate }>;
  /** Newest first. */
  collections(scope: string, limit: number): Promise<readonly RecordedCollection[]>;
  /** Every set of sources that was ever recorded. */
  scopes(): Promise<readonly string[]>;
}

/** The scope of a set of sources: the same however they are ordered. */
export function scopeOf(specs: readonly string[]): string {
  // A password in an address is no part of which sources these are, and must not be written down.
  return specs
    .map((spec) => spec.replace(/(\/\/[^/@:\s]*):[^/@\s]*@/, '$1@'))
    .sort()
    .join('\n');
}
