/**
 * Looks through the events in the database for a hunt: block by block, those that came in last first, so that whoever asks can stop at
 * any block and go on from there. Indexes leave out blocks in which nothing can fit.
 */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { framedEvents } from '../events/event-batch.ts';
import type { EventWish, KeptEvent } from '../events/store.ts';
import type { Queryable } from './database.ts';
import { blocksThatMay } from './event-store.ts';

const decompress = promisify(zstdDecompress);
/** Packed, some hundred kilobytes to megabytes each: few are held at a time. */
const blocksAtOnce = 4;

export interface BlockRow {
  readonly no: number;
  readonly places: readonly number[] | null;
  readonly received: Date;
  readonly packed: Buffer;
  readonly pieces: readonly number[];
}

/** Blocks in which something may fit, each with all its events, those that came in last first. */
export async function* searchBlocks(
  database: Queryable,
  wish: EventWish,
  before: number,
): AsyncGenerator<{ readonly no: number; readonly events: readonly KeptEvent[] }> {
  const { text, values } = blocksThatMay(wish);
  let below = before;
  while (true) {
    const rows = await database.query<BlockRow>(
      `select no, places, received, packed, pieces from event_block b where no < $1${text} order by no desc limit ${blocksAtOnce}`,
      [below, ...values],
    );
    for (const row of rows) {
      const events = await eventsOfBlock(row);
      yield { no: row.no, events: events.filter(({ no }) => no < before).reverse() };
      below = row.no;
    }
    if (rows.length < blocksAtOnce) return;
  }
}

/** The events of a block, in the order in which they came in. */
export async function eventsOfBlock({ no, places, received, packed, pieces }: BlockRow): Promise<KeptEvent[]> {
  const events: KeptEvent[] = [];
  let at = 0;
  for (const length of pieces) {
    const frames = await decompress(packed.subarray(at, at + length));
    for (const each of framedEvents(frames, no, places, received, events.length)) events.push(each);
    at += length;
  }
  return events;
}
