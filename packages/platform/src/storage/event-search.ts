/**
 * Looks through the events in the database for a hunt, those that came in last first, so that whoever asks can stop anywhere and go on from
 * there. Events that have columns come as these, others block by block; indexes leave out that in which nothing can fit.
 */
import type { ColumnedBlock } from '../events/columns/columned-block.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import type { EventWish } from '../events/store.ts';
import type { Queryable } from './database.ts';
import { type BlockRow, eventsOfBlock } from './event-block.ts';
import { piecesThatMay } from './event-columns.ts';

type FoundBlock =
  | { readonly no: number; readonly block: ColumnedBlock }
  | { readonly no: number; readonly events: readonly KeptEvent[] };

/**
 * What moves to a file meanwhile is left out: it is met there.
 *
 * @param paths fields of events as they came that are asked for
 */
export async function* searchBlocks(
  database: Queryable,
  wish: EventWish,
  before: number,
  paths: readonly string[],
): AsyncGenerator<FoundBlock> {
  let below = before;
  again: while (true) {
    for await (const piece of piecesThatMay(database, wish, below, paths)) {
      if ('block' in piece) yield piece;
      else if ('gone' in piece) continue again;
      else {
        const [row] = await database.query<BlockRow>(
          'select no, places, received, packed, pieces from event_block where no = $1',
          [piece.no],
        );
        if (row === undefined) continue again;
        yield { no: row.no, events: (await eventsOfBlock(row)).filter(({ no }) => no < before).reverse() };
      }
      below = piece.no;
    }
    return;
  }
}
