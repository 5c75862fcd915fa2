/** Places of watches on PostgreSQL. The state is JSON, packed: with a million keys it is large, and it repeats itself. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { WatchPlaces } from '../detection/watch-place.ts';
import type { EventLine } from '../events/store.ts';
import type { Database } from './database.ts';

const [pack, unpack] = [promisify(zstdCompress), promisify(zstdDecompress)];

/**
 * @param line whose watch it is: one that follows lines of others as well goes on for their watches, and theirs are gone when it has
 * saved a place of its own
 */
export function createWatchPlaces(
  database: Database,
  { except = '' }: Pick<EventLine, 'except'> = {},
): WatchPlaces & { begin(): Promise<number> } {
  return {
    /** Where a watch without a place begins: where the first of those stands that it goes on for. */
    begin: async () => {
      const [row] = await database.query<{ position: number | null }>(
        'select min(position) as position from watch_place where not watch ^@ $1',
        [except],
      );
      return row?.position ?? 0;
    },

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
        `with over as (delete from watch_place where watch <> $1 and not watch ^@ $5)
         insert into watch_place (watch, position, newest, state) values ($1, $2, $3, $4)
         on conflict (watch) do update set position = excluded.position, newest = excluded.newest,
           state = excluded.state, saved_at = now()`,
        [watch, position, newest, packed, except],
      );
    },
  };
}
