/** Places of watches on PostgreSQL. The state is JSON, packed: with a million keys it is large, and it repeats itself. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { WatchPlaces } from '../detection/watch-place.ts';
import type { Database } from './database.ts';

const [pack, unpack] = [promisify(zstdCompress), promisify(zstdDecompress)];

export function createWatchPlaces(database: Database): WatchPlaces {
  return {
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
        `insert into watch_place (watch, position, newest, state) values ($1, $2, $3, $4)
         on conflict (watch) do update set position = excluded.position, newest = excluded.newest,
           state = excluded.state, saved_at = now()`,
        [watch, position, newest, packed],
      );
    },
  };
}
