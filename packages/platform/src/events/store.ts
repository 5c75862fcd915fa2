/** Where events are kept. */
import type { NodeId, NormalEvent } from '@firebreak/contract';
import type { EventBatch, EventBlock } from './event-batch.ts';
import type { KeptEvent } from './kept-event.ts';
import type { LookedAt } from './look.ts';

export interface KnownLog {
  readonly format: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

/** All that is given must hold; of the lists, one of each. */
export interface EventWish {
  /** Nodes that acted, as events name them (`idsInLogs`). */
  readonly actors?: readonly NodeId[];
  /** Nodes that it was done to. */
  readonly targets?: readonly NodeId[];
  readonly operations?: readonly string[];
  readonly formats?: readonly string[];
  /** Of blocks that have columns: of each list one term (`events/columns/`) is in the block. */
  readonly terms?: readonly (readonly number[])[];
  /** ISO 8601, UTC, both included. */
  readonly since?: string;
  readonly until?: string;
}

export interface Appended {
  readonly kept: number;
  readonly duplicates: number;
  readonly byFormat: readonly { readonly format: string; readonly kept: number; readonly duplicates: number }[];
}

/**
 * By which way events come in and are followed. Servers that share a database and divide the events have a line each, and each watches
 * what came by its own; all others share the main line, and whoever follows that follows all.
 */
export interface EventLine {
  readonly name: string;
  /** Lines that do not begin so are followed as well: what came in while events were divided otherwise. */
  readonly except?: string;
}

export const mainLine: EventLine = { name: 'main' };

/** A block as it was written, so that whoever follows need not read it again. */
export interface AppendedBlock extends EventBlock {
  /** Number of its last place; that of `no` is its first. */
  readonly upto: number;
  /** Number of the last event before it that whoever follows its line has to see. */
  readonly previous: number;
  /** Where each of its events was looked at as it was prepared: the looks, and how many events each piece holds. */
  readonly looked?: { readonly batches: readonly LookedAt[]; readonly counts: readonly number[] };
}

export interface EventStore {
  /**
   * All of them or none, durable when it resolves; those that are there already count as duplicates.
   *
   * @param line by which they came in
   * @returns for each batch what became of it, and the block where any of them was new
   */
  append(
    batches: readonly EventBatch[],
    received: Date,
    line?: EventLine,
  ): Promise<{ readonly batches: readonly Appended[]; readonly block?: AppendedBlock }>;
  /** Events in which one of the nodes acted, the oldest first. `more` when there are more than `limit`. */
  byActors(
    nodes: readonly NodeId[],
    since: string | undefined,
    limit: number,
  ): Promise<{ readonly events: readonly NormalEvent[]; readonly more: boolean }>;
  /** Undefined when no such event is kept. */
  byId(id: string): Promise<KeptEvent | undefined>;
  /** Those of them that are kept, in no order. */
  byIds(ids: readonly string[]): Promise<readonly NormalEvent[]>;
  /** Events that fit, those that came in last first; in pieces, so that whoever has enough can stop. */
  search(wish: EventWish): AsyncIterable<readonly KeptEvent[]>;
  /** Events in the order of appending, those after the number; what comes later has a greater number, always; of one line where one is named. At least `limit` where there are so many. */
  after(no: number, limit: number, line?: EventLine): Promise<readonly KeptEvent[]>;
  /** Number of the last event; 0 without any. */
  last(line?: EventLine): Promise<number>;
  logs(): Promise<readonly KnownLog[]>;
}
