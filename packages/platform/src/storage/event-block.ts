/** A block as it lies in the database, and its events. */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { type FramedEvent, framedEvents } from '../events/event-batch.ts';

const decompress = promisify(zstdDecompress);

export interface BlockRow {
  readonly no: number;
  readonly places: readonly number[] | null;
  readonly received: Date;
  readonly packed: Buffer;
  readonly pieces: readonly number[];
}

/** The events of a block, in the order in which they came in. */
export async function eventsOfBlock(row: BlockRow): Promise<FramedEvent[]> {
  const events: FramedEvent[] = [];
  let at = 0;
  for (const length of row.pieces) {
    for (const each of await eventsOfPiece(row, row.packed.subarray(at, at + length), events.length)) events.push(each);
    at += length;
  }
  return events;
}

/** @param from how many events of the block come before */
async function eventsOfPiece(
  { no, places, received }: Pick<BlockRow, 'no' | 'places' | 'received'>,
  piece: Uint8Array,
  from: number,
): Promise<FramedEvent[]> {
  return [...framedEvents(await decompress(piece), no, places, received, from)];
}
