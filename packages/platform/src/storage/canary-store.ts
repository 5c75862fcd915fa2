/**
 * Canaries on PostgreSQL. A claim waits for nobody: it skips rows that are locked. What a worker writes after its lease was taken over is
 * refused by the fence.
 */
import type { CanaryLook, CanaryMove, CanarySample } from '@firebreak/contract';
import type { Seen } from '../recovery/canary/observed.ts';
import type { CanaryClaim, CanaryRow, CanaryStore, ListedCanary } from '../recovery/canary/store.ts';
import type { Database, Transaction } from './database.ts';
import { announce } from './events.ts';

const iso = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const columns = `c.id, c.incident, c.config, c.state, c.stage, c.percent, c.why, ${iso('c.started_at')} as "startedAt",
  c.started_by as "startedBy", ${iso('c.stage_since')} as "stageSince", ${iso('c.look_since')} as "lookSince",
  ${iso('c.ended_at')} as "endedAt", c.asked, c.moving, c.before, c.open`;
/** Samples that one look may still have to take; whoever sends more waits for it. */
const mostWaiting = 1000;

export function createCanaryStore(database: Database): CanaryStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),

    create: async (tx, row) => {
      await tx.query(
        `insert into canary (id, incident, config, state, stage, percent, why, started_at, started_by, stage_since, look_since, open)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          row.id,
          row.incident,
          JSON.stringify(row.config),
          row.state,
          row.stage,
          row.percent,
          row.why,
          row.startedAt,
          row.startedBy,
          row.stageSince,
          row.lookSince,
          JSON.stringify(row.open),
        ],
      );
      await announce(tx, 'canary', [row.incident]);
    },

    get: async (id) => {
      const [row] = await database.query<CanaryRow>(`select ${columns} from canary c where id = $1`, [id]);
      return row ?? null;
    },

    list: (limit, incident) =>
      database.query<ListedCanary>(
        `select ${columns}, (select count(*) from canary_look l where l.canary = c.id) as looks,
           (select (l.look #>> '{verdict,score}')::float8 from canary_look l where l.canary = c.id order by number desc limit 1) as score
         from canary c where $2::text is null or c.incident = $2 order by c.started_at desc, c.id limit $1`,
        [limit, incident ?? null],
      ),

    looks: async (id) =>
      (
        await database.query<{ look: CanaryLook }>('select look from canary_look where canary = $1 order by number', [
          id,
        ])
      ).map(({ look }) => look),
    moves: async (id) =>
      (
        await database.query<{ move: CanaryMove }>('select move from canary_move where canary = $1 order by number', [
          id,
        ])
      ).map(({ move }) => move),
    seen: async (id) =>
      (
        await database.query<{ seen: Seen }>('select seen from canary_look where canary = $1 order by number', [id])
      ).map(({ seen }) => seen),

    ask: async (tx, id, asked) => {
      const rows = await tx.query<{ incident: string | null }>(
        `update canary set asked = coalesce(asked, $2), due_at = clock_timestamp() where id = $1 and ended_at is null returning incident`,
        [id, JSON.stringify(asked)],
      );
      await announce(
        tx,
        'canary',
        rows.map(({ incident }) => incident),
      );
      return rows.length > 0;
    },

    approve: async (tx, id, { was, is }, { state, why }) => {
      const rows = await tx.query<{ incident: string | null }>(
        `update canary set open = jsonb_set(open, '{approval}', $3::jsonb), state = $4, why = $5, due_at = clock_timestamp()
         where id = $1 and state = 'waiting-approval' and asked is null and open -> 'approval' = $2::jsonb returning incident`,
        [id, JSON.stringify(was), JSON.stringify(is), state, why.slice(0, 4000)],
      );
      await announce(
        tx,
        'canary',
        rows.map(({ incident }) => incident),
      );
      return rows.length > 0;
    },

    claim: (worker, limit, leaseMs) =>
      database.query<CanaryClaim>(
        `update canary c set worker = $1, fence = c.fence + 1, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         where c.id in (
           select id from canary
           where ended_at is null and due_at <= clock_timestamp() and (state <> 'waiting-approval' or asked is not null) and (lease_until is null or lease_until <= clock_timestamp())
           order by due_at limit $2 for update skip locked)
         returning ${columns}, c.fence`,
        [worker, limit, leaseMs],
      ),

    renew: async (claims, leaseMs) => {
      const rows = await database.query<{ id: string }>(
        `update canary c set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         from unnest($1::text[], $2::bigint[]) as held (id, fence)
         where c.id = held.id and c.fence = held.fence and c.lease_until is not null returning c.id`,
        [claims.map(({ id }) => id), claims.map(({ fence }) => fence), leaseMs],
      );
      return new Set(rows.map(({ id }) => id));
    },

    save: async (tx, { id, fence, incident }, change) => {
      const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));
      const given = (value: unknown) => value !== undefined;
      const rows = await tx.query(
        `update canary set
           state = coalesce($3, state), stage = coalesce($4, stage), why = coalesce($5, why),
           percent = case when $6 then $7 else percent end,
           stage_since = coalesce($8::timestamptz, stage_since), look_since = coalesce($9::timestamptz, look_since),
           ended_at = coalesce($10::timestamptz, ended_at),
           moving = case when $11 then $12::jsonb else moving end,
           before = coalesce($13::jsonb, before), open = coalesce($14::jsonb, open),
           due_at = clock_timestamp() + $15 * interval '1 millisecond',
           lease_until = case when $16 then null else lease_until end
         where id = $1 and fence = $2 and lease_until is not null returning id`,
        [
          id,
          fence,
          change.state ?? null,
          change.stage ?? null,
          change.why?.slice(0, 4000) ?? null,
          given(change.percent),
          change.percent ?? null,
          change.stageSince ?? null,
          change.lookSince ?? null,
          change.endedAt ?? null,
          given(change.moving),
          json(change.moving),
          json(change.before),
          json(change.open),
          change.dueInMs ?? 0,
          change.release === true,
        ],
      );
      if (rows.length > 0) await announce(tx, 'canary', [incident]);
      return rows.length > 0;
    },

    addLook: async (tx, id, look, seen) => {
      await tx.query(
        `insert into canary_look (canary, number, look, seen) values ($1, $2, $3, $4)
         on conflict (canary, number) do update set look = excluded.look, seen = excluded.seen`,
        [id, look.number, JSON.stringify(look), JSON.stringify(seen)],
      );
    },
    addMove: async (tx, id, move) => {
      await tx.query('insert into canary_move (canary, move) values ($1, $2)', [id, JSON.stringify(move)]);
    },

    addSamples: async (tx, id, batch, samples) => {
      const [waiting] = await tx.query<{ count: number }>(
        'select count(*) from canary_sample where canary = $1 and not taken',
        [id],
      );
      if ((waiting?.count ?? 0) >= mostWaiting) return 'full';
      const rows = await tx.query(
        'insert into canary_sample (canary, batch, samples) values ($1, $2, $3) on conflict do nothing returning seq',
        [id, batch ?? null, JSON.stringify(samples)],
      );
      return rows.length > 0 ? 'kept' : 'known';
    },
    takeSamples: async (tx, id) =>
      (
        await tx.query<{ samples: CanarySample[] }>(
          `with new as (update canary_sample set taken = true, samples = '[]' from (
             select seq, samples as was from canary_sample where canary = $1 and not taken order by seq limit 1000) n
             where canary_sample.seq = n.seq returning n.was, n.seq)
           select was as samples from new order by seq`,
          [id],
        )
      ).flatMap(({ samples }) => samples),
  };
}
