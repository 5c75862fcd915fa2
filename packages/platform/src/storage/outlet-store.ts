/** How far each way out has come, and what is after that, on PostgreSQL. */
import type { CourierStore, Place } from '../response-events/outlets/courier.ts';
import type { Database } from './database.ts';

export interface OutletStore extends CourierStore {
  /** Ids of detections after a number, the oldest first, with their numbers. */
  detectionsAfter(no: number, limit: number): Promise<readonly { readonly no: number; readonly id: string }[]>;
  /** Newest first. */
  refused(
    outlet: string,
    limit: number,
  ): Promise<readonly { readonly message: string; readonly why: string; readonly at: Date }[]>;
}

export function createOutletStore(database: Database): OutletStore {
  return {
    place: async (outlet) => {
      const [row] = await database.query<{ detection: string; entry: string }>(
        'select detection::text, entry::text from outlet_place where outlet = $1',
        [outlet],
      );
      return row === undefined ? undefined : { detection: Number(row.detection), entry: Number(row.entry) };
    },
    end: async (): Promise<Place> => {
      const [row] = await database.query<{ detection: string; entry: string }>(
        `select (select coalesce(max(no), 0) from detection)::text as detection,
           (select size from ledger_state)::text as entry`,
      );
      return { detection: Number(row?.detection ?? 0), entry: Number(row?.entry ?? 0) };
    },
    save: async (outlet, { detection, entry }) => {
      await database.query(
        `insert into outlet_place (outlet, detection, entry) values ($1, $2, $3)
         on conflict (outlet) do update set detection = excluded.detection, entry = excluded.entry`,
        [outlet, detection, entry],
      );
    },
    refuse: async (outlet, { id }, why) => {
      await database.query('insert into outlet_refused (outlet, message, why) values ($1, $2, $3)', [outlet, id, why]);
    },
    detectionsAfter: async (no, limit) =>
      (
        await database.query<{ no: string; id: string }>(
          'select no::text, id from detection where no > $1 order by no limit $2',
          [no, limit],
        )
      ).map((row) => ({ no: Number(row.no), id: row.id })),
    refused: (outlet, limit) =>
      database.query('select message, why, at from outlet_refused where outlet = $1 order by seq desc limit $2', [
        outlet,
        limit,
      ]),
  };
}
