/** The port of rotation items on PostgreSQL. */
import type { RotationItem, RotationPlace } from '@firebreak/contract';
import type { RotationStore } from '../detection/secrets/rotation.ts';
import type { Database, Transaction } from './database.ts';

interface ItemRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly rotate: string;
  readonly opens: readonly string[];
  readonly state: RotationItem['state'];
  readonly by: string | null;
  readonly at: Date | null;
  readonly reason: string | null;
  readonly first: Date;
  readonly last: Date;
  readonly count: number;
  readonly places: readonly RotationPlace[];
}

const shownPlaces = 100;
const rows = `
  select i.id, i.kind, i.title, i.rotate, i.opens, i.state, i.by, i.at, i.reason,
    min(p.time) as first, max(p.time) as last, count(*)::int as count,
    (select json_agg(json_build_object('event', n.event, 'time', to_char(n.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'path', n.path, 'start', n.starts, 'end', n.ends, 'locator', n.locator) order by n.time desc, n.event, n.starts)
      from (select * from rotation_place where item = i.id order by time desc, event, starts limit ${shownPlaces}) n) as places
  from rotation_item i join rotation_place p on p.item = i.id`;

export function createRotationStore(database: Database): RotationStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),

    async found(tx, { id, kind, title, rotate, opens }, { event, path, start, end, time, locator }) {
      // What was rotated and stands in a new event is still rotated: events are repeated for long.
      await tx.query(
        `insert into rotation_item (id, kind, title, rotate, opens) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set opens = excluded.opens
         where not rotation_item.opens @> excluded.opens`,
        [id, kind, title, rotate, opens],
      );
      await tx.query(
        `insert into rotation_place (item, event, path, starts, ends, time, locator)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [id, event, path, start, end, time, locator],
      );
    },

    async decide(tx, id, { state, by, at, reason }) {
      const changed = await tx.query<{ id: string }>(
        'update rotation_item set state = $2, by = $3, at = $4, reason = $5 where id = $1 returning id',
        [id, state, by, at, reason],
      );
      return changed.length === 1;
    },

    async list(state) {
      const found = await database.query<ItemRow>(
        `${rows} where $1::text is null or i.state = $1 group by i.id order by i.state, max(p.time) desc, i.id`,
        [state ?? null],
      );
      return found.map(itemOf);
    },

    async get(id) {
      const [row] = await database.query<ItemRow>(`${rows} where i.id = $1 group by i.id`, [id]);
      return row === undefined ? null : itemOf(row);
    },
  };
}

function itemOf({ first, last, by, at, reason, opens, places, ...row }: ItemRow): RotationItem {
  return {
    ...row,
    opens: [...opens],
    places: [...places],
    first: first.toISOString(),
    last: last.toISOString(),
    decision: by === null || at === null ? null : { by, at: at.toISOString(), reason: reason ?? '' },
  };
}
