/** The port of recovery on PostgreSQL. */
import type { FollowUp } from '@firebreak/contract';
import type { AttestationRow, FollowUpRow, Mark, RecoveryStore, SignOffRow } from '../recovery/store.ts';
import type { Database, Transaction } from './database.ts';
import { announce } from './events.ts';

type Dated<Row> = Omit<Row, 'at' | 'entry'> & { readonly at: Date; readonly entry: string | number };
interface FollowUpColumns extends Omit<FollowUpRow, 'openedAt' | 'due'> {
  readonly openedAt: Date;
  readonly due: Date;
}
interface VersionColumns {
  readonly kind: string;
  readonly id: string;
  readonly since: Date;
  readonly until: Date | null;
  readonly data: string;
}

/** Versions of facts that one question reads. */
const mostVersions = 20_000;

export function createRecoveryStore(database: Database): RecoveryStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),

    async lock(tx, incident) {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 20))', [incident]);
    },

    async mark(tx, { incident, item, state, by, at, note, proof, data, entry }) {
      await tx.query(
        `insert into recovery_mark (incident, item, state, by, at, note, proof, data, entry)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [incident, item, state, by, at, note, proof, data === null ? null : JSON.stringify(data), entry],
      );
      await announce(tx, 'incident', [incident]);
    },
    async marks(incident) {
      const rows = await database.query<Dated<Mark>>(
        `select distinct on (item) incident, item, state, by, at, note, proof, data, entry
         from recovery_mark where incident = $1 order by item, seq desc`,
        [incident],
      );
      return rows.map(plain);
    },

    async sign(tx, { incident, role, by, at, board, entry }) {
      await tx.query(
        'insert into recovery_sign_off (incident, role, by, at, board, entry) values ($1, $2, $3, $4, $5, $6)',
        [incident, role, by, at, board, entry],
      );
      await announce(tx, 'incident', [incident]);
    },
    async signOffs(incident) {
      const rows = await database.query<Dated<SignOffRow>>(
        `select distinct on (role) incident, role, by, at, board, entry
         from recovery_sign_off where incident = $1 order by role, seq desc`,
        [incident],
      );
      return rows.map(plain);
    },

    async attest(tx, { incident, by, at, board, sha256, envelope, entry }) {
      await tx.query(
        `insert into recovery_attestation (incident, by, at, board, sha256, envelope, entry)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [incident, by, at, board, sha256, envelope, entry],
      );
      await announce(tx, 'incident', [incident]);
    },
    async attestation(incident) {
      const [row] = await database.query<Dated<AttestationRow>>(
        `select incident, by, at, board, sha256, envelope, entry
         from recovery_attestation where incident = $1 order by seq desc limit 1`,
        [incident],
      );
      return row === undefined ? null : plain(row);
    },

    async openFollowUp(tx, { id, incident, title, detail, kind, about, owner, openedBy, openedAt, due }) {
      await tx.query(
        `insert into recovery_follow_up (id, incident, title, detail, kind, about, owner, opened_by, opened_at, due)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          id,
          incident,
          title,
          detail,
          kind,
          about === null ? null : JSON.stringify(about),
          owner,
          openedBy,
          openedAt,
          due,
        ],
      );
      await announce(tx, 'incident', [incident]);
    },
    async auditFollowUp(tx, id, audit) {
      await tx.query('update recovery_follow_up set audit = $2 where id = $1', [id, JSON.stringify(audit)]);
    },
    async closeFollowUp(tx, id, closed) {
      const rows = await tx.query<{ incident: string }>(
        'update recovery_follow_up set closed = $2 where id = $1 and closed is null returning incident',
        [id, JSON.stringify(closed)],
      );
      return rows.length === 1;
    },
    async followUps(incident) {
      const rows = await database.query<FollowUpColumns>(
        `select id, incident, title, detail, kind, about, owner, opened_by as "openedBy", opened_at as "openedAt", due,
           audit, closed
         from recovery_follow_up where $1::text is null or incident = $1 order by due, id`,
        [incident ?? null],
      );
      return rows.map(({ openedAt, due, ...row }) => ({
        ...row,
        kind: row.kind as FollowUp['kind'],
        openedAt: openedAt.toISOString(),
        due: due.toISOString(),
      }));
    },

    async factVersions(scope, wishes) {
      const rows = await database.query<VersionColumns>(
        `select f.kind, f.id, c.at as since, u.at as until, f.data
         from (select kind, jsonb_array_elements_text(ids) as id
               from unnest($2::text[], $3::jsonb[]) as asked (kind, ids)) w
         join fact_version f on f.scope = $1 and f.kind = w.kind and f.id = w.id
         join collection c on c.no = f.since and c.scope = f.scope
         left join collection u on u.no = f.until and u.scope = f.scope
         order by c.at, f.kind, f.id limit ${mostVersions}`,
        [scope, wishes.map(({ kind }) => kind), wishes.map(({ ids }) => JSON.stringify(ids.map(written)))],
      );
      return rows.map(({ since, until, data, id, ...row }) => ({
        ...row,
        id: JSON.parse(`"${id}"`) as string,
        since: since.toISOString(),
        until: until?.toISOString() ?? null,
        data: JSON.parse(data) as unknown,
      }));
    },
  };
}

/** As the history keeps ids. */
const written = (id: string) => JSON.stringify(id).slice(1, -1);

function plain<Row extends { readonly at: Date; readonly entry: string | number }>(row: Row) {
  return { ...row, at: row.at.toISOString(), entry: Number(row.entry) };
}
