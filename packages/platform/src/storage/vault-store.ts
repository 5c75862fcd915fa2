/** The port of the evidence vault on PostgreSQL. */
import type { Gap, Hold, KeptPiece, Snapshot } from '@firebreak/contract';
import type { PieceRow, SnapshotRow, VaultStore } from '../evidence/vault-store.ts';
import type { Database, Transaction } from './database.ts';

interface Row {
  readonly id: string;
  readonly incident: string | null;
  readonly subject: string;
  readonly snapshotter: string;
  readonly key: string | null;
  readonly sealing: Snapshot['sealing'];
  readonly data_key: Uint8Array | null;
  readonly state: Snapshot['state'];
  readonly by: string;
  readonly reason: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly retain_until: Date | null;
  readonly reasons: readonly Gap[];
  readonly manifest: readonly string[];
  readonly stores: readonly string[];
}

interface ShownRow extends Row {
  readonly audited_at: Date | null;
  readonly audit_state: NonNullable<Snapshot['audit']>['state'] | null;
  readonly audit_detail: string | null;
  readonly pieces: number;
  readonly refs: number;
  readonly bytes: number;
  readonly holds: readonly HoldRow[] | null;
}

interface HoldRow {
  readonly id: string;
  readonly snapshot: string | null;
  readonly incident: string | null;
  readonly by: string;
  readonly at: string | Date;
  readonly reason: string;
}

interface PieceColumns {
  readonly piece: KeptPiece;
  readonly sealed: string;
  readonly content: string | null;
  readonly salt: Uint8Array | null;
  readonly seed: Uint8Array | null;
}

const rows = `select s.*, array(select store from evidence_copy c where c.snapshot = s.id order by store) as stores
  from evidence_snapshot s`;
/** What of all snapshots is listed. */
const mostListed = 500;
const shownRows = `
  select s.*, array(select store from evidence_copy c where c.snapshot = s.id order by store) as stores,
    p.pieces, p.refs, p.bytes,
    (select json_agg(json_build_object('id', h.id, 'snapshot', h.snapshot, 'incident', h.incident, 'by', h.by,
        'at', h.at, 'reason', h.reason) order by h.at, h.id)
      from evidence_hold h where h.released_at is null and (h.snapshot = s.id or h.incident = s.incident)) as holds
  from evidence_snapshot s,
    lateral (select count(*) filter (where sha256 is not null)::int as pieces, count(*) filter (where sha256 is null)::int as refs,
        coalesce(sum(size) filter (where sha256 is not null), 0)::bigint as bytes
      from evidence_piece where snapshot = s.id) p`;

export function createVaultStore(database: Database): VaultStore<Transaction> {
  async function one(text: string, value: string): Promise<SnapshotRow | null> {
    const [row] = await database.query<Row>(`${rows} where ${text}`, [value]);
    return row === undefined ? null : rowOf(row);
  }

  return {
    transaction: (work) => database.transaction(work),

    async create(
      tx,
      { id, incident, subject, snapshotter, sealing, by, reason, startedAt, retainUntil, key, dataKey, store },
    ) {
      await tx.query(
        `insert into evidence_snapshot (id, incident, subject, snapshotter, key, sealing, data_key, by, reason, started_at, retain_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [id, incident, subject, snapshotter, key, sealing, dataKey, by, reason, startedAt, retainUntil],
      );
      await tx.query('insert into evidence_copy (snapshot, store) values ($1, $2)', [id, store]);
    },

    get: (id) => one('s.id = $1', id),
    byKey: (key) => one('s.key = $1', key),

    async list(incident) {
      const found = await database.query<ShownRow>(
        `${shownRows} where $1::text is null or s.incident = $1 order by s.started_at desc, s.id limit ${mostListed}`,
        [incident ?? null],
      );
      return found.map(shownOf);
    },

    async shown(id) {
      const [row] = await database.query<ShownRow>(`${shownRows} where s.id = $1`, [id]);
      return row === undefined ? null : shownOf(row);
    },

    async keep(snapshot, { piece, sealed, content, salt, seed }) {
      await database.query(
        `insert into evidence_piece (snapshot, name, piece, sha256, size, sealed, content, salt, seed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
        [snapshot, piece.name, JSON.stringify(piece), piece.sha256, piece.size ?? 0, sealed, content, salt, seed],
      );
    },

    async pieces(snapshot, after, limit) {
      return await database.query<PieceColumns & PieceRow>(
        `select piece, sealed, content, salt, seed from evidence_piece
         where snapshot = $1 and ($2::text is null or name > $2) order by name limit $3`,
        [snapshot, after ?? null, limit],
      );
    },

    async piece(snapshot, name) {
      const [row] = await database.query<PieceColumns & PieceRow>(
        'select piece, sealed, content, salt, seed from evidence_piece where snapshot = $1 and name = $2',
        [snapshot, name],
      );
      return row ?? null;
    },

    async known(store, content, sealed) {
      const [row] = await database.query<{ sha256: string; size: number }>(
        `select p.sha256, p.size from evidence_piece p join evidence_snapshot s on s.id = p.snapshot
         join evidence_copy c on c.snapshot = p.snapshot and c.store = $1
         where p.content = $2 and p.sealed = $3 and p.sha256 is not null and s.state in ('taking', 'complete', 'limited') limit 1`,
        [store, content, sealed],
      );
      return row ?? null;
    },

    async has(store, sha256) {
      const found = await database.query(
        `select 1 from evidence_piece p join evidence_snapshot s on s.id = p.snapshot
         join evidence_copy c on c.snapshot = p.snapshot and c.store = $1
         where p.sha256 = $2 and p.sealed = 'none' and s.state in ('taking', 'complete', 'limited') limit 1`,
        [store, sha256],
      );
      return found.length > 0;
    },

    async shared(store, snapshot, sha256s) {
      const found = await database.query<{ sha256: string }>(
        `select distinct p.sha256 from evidence_piece p join evidence_snapshot s on s.id = p.snapshot
         join evidence_copy c on c.snapshot = p.snapshot and c.store = $1
         where p.sha256 = any($3) and p.snapshot <> $2 and s.state in ('taking', 'complete', 'limited')`,
        [store, snapshot, sha256s],
      );
      return new Set(found.map(({ sha256 }) => sha256));
    },

    async change(tx, id, from, { state, endedAt, reasons, manifest, retainUntil, dataKey }) {
      const changed = await tx.query(
        `update evidence_snapshot set state = coalesce($3, state), ended_at = coalesce($4, ended_at),
           reasons = coalesce($5, reasons), manifest = coalesce($6, manifest), retain_until = coalesce($7, retain_until),
           data_key = case when $8 then null else data_key end
         where id = $1 and state = any($2) returning id`,
        [
          id,
          from,
          state ?? null,
          endedAt ?? null,
          reasons === undefined ? null : JSON.stringify(reasons),
          manifest ?? null,
          retainUntil ?? null,
          dataKey === null,
        ],
      );
      return changed.length === 1;
    },

    async forget(tx, id) {
      await tx.query('update evidence_piece set salt = null, seed = null, content = null where snapshot = $1', [id]);
    },

    async addCopy(tx, snapshot, store) {
      await tx.query('insert into evidence_copy (snapshot, store) values ($1, $2) on conflict do nothing', [
        snapshot,
        store,
      ]);
    },
    async dropCopy(tx, snapshot, store) {
      await tx.query('delete from evidence_copy where snapshot = $1 and store = $2', [snapshot, store]);
    },

    async hold(tx, { id, snapshot, incident, by, at, reason }) {
      await tx.query(
        'insert into evidence_hold (id, snapshot, incident, by, at, reason) values ($1, $2, $3, $4, $5, $6)',
        [id, snapshot, incident, by, at, reason],
      );
    },

    async release(tx, id, by, at, reason) {
      const [row] = await tx.query<HoldRow>(
        `update evidence_hold set released_by = $2, released_at = $3, released_because = $4
         where id = $1 and released_at is null returning id, snapshot, incident, by, at, reason`,
        [id, by, at, reason],
      );
      return row === undefined ? null : holdOf(row);
    },

    async audited(tx, id, state, detail, at) {
      await tx.query(
        'update evidence_snapshot set audited_at = $2, audit_state = $3, audit_detail = $4 where id = $1',
        [id, at, state, detail],
      );
    },
  };
}

function rowOf(row: Row): SnapshotRow {
  const { started_at, ended_at, retain_until, data_key, reasons, manifest, stores } = row;
  const { id, incident, subject, snapshotter, key, sealing, state, by, reason } = row;
  return {
    ...{ id, incident, subject, snapshotter, key, sealing, state, by, reason },
    reasons: [...reasons],
    manifest: [...manifest],
    stores: [...stores],
    startedAt: started_at.toISOString(),
    endedAt: ended_at?.toISOString() ?? null,
    retainUntil: retain_until?.toISOString() ?? null,
    dataKey: data_key,
  };
}

function shownOf(row: ShownRow): Snapshot {
  const { key: _, dataKey: __, ...snapshot } = rowOf(row);
  const { audited_at: at, audit_state: state, audit_detail: detail } = row;
  return {
    ...snapshot,
    title: row.snapshotter,
    pieces: row.pieces,
    references: row.refs,
    bytes: row.bytes,
    holds: (row.holds ?? []).map(holdOf),
    audit: at === null || state === null ? null : { at: at.toISOString(), state, detail: detail ?? '' },
  };
}

function holdOf({ at, ...hold }: HoldRow): Hold {
  return { ...hold, at: new Date(at).toISOString() };
}
