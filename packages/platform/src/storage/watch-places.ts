/** Places of watches on PostgreSQL. The state is JSON, packed: with a million keys it is large, and it repeats itself. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { WatchPlaces } from '../detection/watch-place.ts';
import { type EventLine, mainLine } from '../events/store.ts';
import type { Database } from './database.ts';

const [pack, unpack] = [promisify(zstdCompress), promisify(zstdDecompress)];

/** A place that nobody saved for so long, and that the watch over all events has passed, is nobody's any more. */
const forsaken = '1 day';

/** How far the watch of a line has come. */
export interface PlaceOfLine {
  readonly watch: string;
  readonly position: number;
  readonly savedAt: Date;
}

/**
 * @param line whose watch it is: one that follows lines of others as well goes on for their watches. Those of a division that is no
 * more are gone when it has saved a place of its own; the watch over all events lets others stand that are still being saved.
 */
export function createWatchPlaces(
  database: Database,
  { name: line, except = '' }: EventLine = mainLine,
): WatchPlaces & { begin(): Promise<number>; all(): Promise<readonly PlaceOfLine[]> } {
  const isOverAll = line === mainLine.name;
  return {
    /** Where a watch without a place begins: where the first of those stands that it goes on for. */
    begin: async () => {
      const [row] = await database.query<{ position: number | null }>(
        'select min(position) as position from watch_place where watch <> $1 and ($2 or not watch ^@ $3)',
        [line, isOverAll, except],
      );
      return row?.position ?? 0;
    },

    all: () =>
      database.query<PlaceOfLine>('select watch, position, saved_at as "savedAt" from watch_place order by watch'),

    load: async (watch) => {
      const [row] = await database.query<{ position: number; newest: number; state: Buffer }>(
        'select position, newest, state from watch_place where watch = $1',
        [watch],
      );
      if (row === undefined) return undefined;
      const state = JSON.parse((await unpack(row.state)).toString('utf8'));
      return { position: row.position, newest: row.newest, state };
    },

    save: async (watch, { position, newest, state }) => {
      const packed = await pack(JSON.stringify(state));
      await database.query(
        `with over as (
           delete from watch_place where watch <> $1 and case when $6 then
             position <= $2 and saved_at < now() - interval '${forsaken}' else not watch ^@ $5 end)
         insert into watch_place (watch, position, newest, state) values ($1, $2, $3, $4)
         on conflict (watch) do update set position = excluded.position, newest = excluded.newest,
           state = excluded.state, saved_at = now()`,
        [watch, position, newest, packed, except, isOverAll],
      );
    },
  };
}
