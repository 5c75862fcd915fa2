/**
 * What the watch follows: the event store, and beside it the blocks that this server has just appended, so that they need not be read
 * back. What must stay true: it gives what the store would give, in that order. A handed block is used only by whoever stands at the
 * event before it; whoever does not (after a restart, when others append as well, when the watch is behind and blocks were not handed
 * on) reads the store until he does.
 */
import { unpackedEvents } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { lookedEvents } from '../events/looked-events.ts';
import type { AppendedBlock, EventLine, EventStore } from '../events/store.ts';

export class WatchFeed {
  readonly #store: Pick<EventStore, 'after' | 'byIds'>;
  readonly #line: EventLine;
  /** In the order of their numbers. */
  readonly #blocks: AppendedBlock[] = [];

  constructor(store: Pick<EventStore, 'after' | 'byIds'>, line: EventLine) {
    this.#store = store;
    this.#line = line;
  }

  /** A block that is durable. */
  hand(block: AppendedBlock): void {
    this.#blocks.push(block);
  }

  byIds(ids: readonly string[]): ReturnType<EventStore['byIds']> {
    return this.#store.byIds(ids);
  }

  /** Events after the number: those of the next block at hand, or of the store, at least `limit` where it has so many. */
  async after(no: number, limit: number): Promise<readonly KeptEvent[]> {
    while (this.#blocks[0] !== undefined && this.#blocks[0].upto <= no) this.#blocks.shift();
    const [next] = this.#blocks;
    if (next === undefined || next.previous > no) return this.#store.after(no, limit, this.#line);
    this.#blocks.shift();
    const events: KeptEvent[] = [];
    const { looked } = next;
    const all = looked === undefined ? unpackedEvents(next) : lookedEvents(next, looked.batches, looked.counts);
    for (const each of all) if (each.no > no) events.push(each);
    // Of a block whose last places were duplicates all may have been seen.
    return events.length > 0 ? events : this.after(no, limit);
  }
}
