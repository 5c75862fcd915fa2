/** The port of approval on PostgreSQL. The order of locks is that of `execution-store.ts`. */
import type { BreakGlass, Role } from '@firebreak/contract';
import type { Capability } from '../execution/approval/capability.ts';
import type { ApprovalLink, ApprovalStore } from '../execution/approval/store.ts';
import { sha256 } from '../kernel/digest.ts';
import type { Database, Transaction } from './database.ts';
import { announce } from './events.ts';

type DatedLink = Omit<ApprovalLink, 'expiresAt' | 'usedAt'> & { expiresAt: Date; usedAt: Date | null };
type DatedBreakGlass = Omit<BreakGlass, 'at' | 'review'> & {
  at: Date;
  verdict: NonNullable<BreakGlass['review']>['verdict'] | null;
  reviewedBy: string;
  reviewedAt: Date;
  note: string;
};

const breakGlassRows = `
  select b.id, b.incident, b.plan_digest as "planDigest", b.steps, b.by, b.role, b.at, b.reason, b.refused,
    r.verdict, r.by as "reviewedBy", r.at as "reviewedAt", r.note
  from break_glass b left join break_glass_review r on r.break_glass = b.id`;

/** Arbitrary and ours: whoever breaks glass holds it, so that a limit holds for several at once. */
const breakGlassLock = 4_711_290_019;

export function createApprovalStore(database: Database): ApprovalStore<Transaction> {
  return {
    async putCapabilities(tx, capabilities) {
      if (capabilities.length === 0) return;
      await tx.query(
        `insert into capability as c (row_id, nonce, incident, execution, plan_digest, content, expires_at, mac)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
         on conflict (row_id) do update set nonce = excluded.nonce, incident = excluded.incident,
           execution = excluded.execution, plan_digest = excluded.plan_digest, content = excluded.content,
           expires_at = excluded.expires_at, mac = excluded.mac
         where not c.used`,
        (['row', 'nonce', 'incident', 'execution', 'planDigest', 'content', 'expiresAt', 'mac'] as const).map((part) =>
          capabilities.map((capability) => capability[part]),
        ),
      );
    },

    async capability(row) {
      const [kept] = await database.query<Capability & { used: boolean }>(
        `select row_id as row, nonce, incident, execution, plan_digest as "planDigest", content,
           expires_at as "expiresAt", mac, used
         from capability where row_id = $1`,
        [row],
      );
      if (kept === undefined) return null;
      const { used, ...capability } = kept;
      return { capability, used };
    },

    async lapse(tx, rows, before) {
      // A row that a worker has is begun with what it was admitted by.
      const idle = `select s.id from step s where s.id = any($1) and s.attempt = 0 and s.ended_at is null
        and (s.lease_until is null or s.lease_until <= clock_timestamp())`;
      const gone = await tx.query<{ step: string }>(
        `delete from approval where step in (${idle}) and at <= $2 returning step`,
        [rows, before],
      );
      await tx.query('delete from capability where row_id = any($1) and not used', [gone.map(({ step }) => step)]);
    },

    async sendBack(tx, { row, fence, reason }) {
      const [mine] = await tx.query<{ execution: string }>(
        `select e.id as execution from step s join execution e on e.id = s.execution
         where s.id = $1 and s.fence = $2 and s.ended_at is null and s.attempt = 0 for update of e, s`,
        [row, fence],
      );
      if (mine === undefined) return false;
      await tx.query(
        `update step set state = 'waiting', started_at = null, lease_until = null, reason = $2 where id = $1`,
        [row, reason],
      );
      await tx.query('delete from target_hold where step = $1', [row]);
      const [execution] = await tx.query<{ incident: string }>(
        `update execution set state = case state when 'running' then 'waiting-approval' else state end
         where id = $1 returning incident`,
        [mine.execution],
      );
      await announce(tx, 'execution', execution === undefined ? [] : [execution.incident]);
      return true;
    },

    async mark(tx, rows, by, { vouched, breakGlass }) {
      if (vouched === undefined && breakGlass === undefined) return;
      await tx.query('update approval set vouched = $3, break_glass = $4 where step = any($1) and by = $2', [
        rows,
        by,
        vouched,
        breakGlass,
      ]);
    },

    async person(name) {
      const [person] = await database.query<{ name: string; role: Role }>(
        'select name, role from principal where lower(name) = lower($1)',
        [name],
      );
      return person ?? null;
    },

    async createLink(tx, { id, secret, incident, planDigest, steps, person, madeBy, madeAt, expiresAt }) {
      await tx.query(
        `insert into approval_link (id, secret_hash, incident, plan_digest, steps, person, made_by, made_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [id, Buffer.from(sha256(secret)), incident, planDigest, steps, person, madeBy, madeAt, expiresAt],
      );
    },

    async link(secret) {
      const [link] = await database.query<DatedLink>(
        `select l.id, l.incident, l.plan_digest as "planDigest", l.steps, l.person, p.role, l.made_by as "madeBy",
           l.expires_at as "expiresAt", l.used_at as "usedAt"
         from approval_link l left join principal p on lower(p.name) = lower(l.person) where l.secret_hash = $1`,
        [Buffer.from(sha256(secret))],
      );
      if (link === undefined) return null;
      return { ...link, expiresAt: link.expiresAt.toISOString(), usedAt: link.usedAt?.toISOString() ?? null };
    },

    async useLink(tx, id, at) {
      const used = await tx.query(
        'update approval_link set used_at = $2 where id = $1 and used_at is null and expires_at > $2 returning id',
        [id, at],
      );
      return used.length === 1;
    },

    async createBreakGlass(tx, { id, incident, planDigest, steps, by, role, at, reason, refused }) {
      await tx.query(
        `insert into break_glass (id, incident, plan_digest, steps, by, role, at, reason, refused)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [id, incident, planDigest, steps, by, role, at, printable(reason), refused.map(printable)],
      );
      await announce(tx, 'break-glass', [incident]);
    },

    async breakGlassCount(tx, by, since) {
      await tx.query('select pg_advisory_xact_lock($1)', [breakGlassLock]);
      const [counted] = await tx.query<{ own: number; all: number }>(
        `select count(*) filter (where lower(by) = lower($1)) as own, count(*) as "all" from break_glass where at > $2`,
        [by, since],
      );
      return { own: Number(counted?.own ?? 0), all: Number(counted?.all ?? 0) };
    },

    async breakGlasses(limit) {
      const rows = await database.query<DatedBreakGlass>(`${breakGlassRows} order by b.at desc, b.id limit $1`, [
        limit,
      ]);
      return rows.map(breakGlassOf);
    },

    async breakGlass(id) {
      const rows = await database.query<DatedBreakGlass>(`${breakGlassRows} where b.id = $1`, [id]);
      return rows.map(breakGlassOf)[0] ?? null;
    },

    async reviewBreakGlass(tx, id, { verdict, by, at, note }) {
      const made = await tx.query<{ incident: string }>(
        `insert into break_glass_review (break_glass, verdict, by, at, note) select b.id, $2, $3, $4, $5
         from break_glass b where b.id = $1 on conflict do nothing
         returning (select incident from break_glass where id = $1) as incident`,
        [id, verdict, by, at, printable(note)],
      );
      await announce(
        tx,
        'break-glass',
        made.map(({ incident }) => incident),
      );
      return made.length === 1;
    },
  };
}

/** Marks the capabilities of these rows used: in the transaction that writes down that an attempt begins. */
export async function useCapabilities(tx: Transaction, rows: readonly string[]): Promise<void> {
  if (rows.length > 0) await tx.query('update capability set used = true where row_id = any($1)', [rows]);
}

function breakGlassOf({ at, verdict, reviewedBy, reviewedAt, note, ...row }: DatedBreakGlass): BreakGlass {
  const review = verdict === null ? null : { verdict, by: reviewedBy, at: reviewedAt.toISOString(), note };
  return { ...row, at: at.toISOString(), review };
}

/** PostgreSQL's text holds no NUL. */
function printable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
