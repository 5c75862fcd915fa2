/**
 * The runner's port on PostgreSQL.
 *
 * Order of locks, the same everywhere so that nobody waits in a circle: incident, executions (by id) each with its row of
 * work, blobs (by digest), the ledger. `claim` waits for nothing: it skips what is locked.
 *
 * `write` first locks and then decides with statements of their own: a statement sees other tables as they were when it
 * began, also if it had to wait for a lock, and would miss an approval that was given meanwhile.
 */
import { FirebreakError } from '@firebreak/contract';
import type { Claim, ExecutionRow, ExecutionStore, StepRow, Write } from '../execution/store.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { announce } from './events.ts';
import { putBlobs } from './ledger-store.ts';

const stepColumns = `s.id, s.execution, s.ordinal, s.plan, s.state, s.approvals_needed as "approvalsNeeded", s.undoes,
  s.attempt, s.intended, s.uncertain, s.before, s.after, s.changes, s.probes, s.reason,
  s.started_at as "startedAt", s.ended_at as "endedAt",
  (select coalesce(json_agg(json_build_object('by', a.by, 'at', a.at) order by a.at, a.by), '[]')
   from approval a where a.step = s.id) as approvals`;

const executionColumns = `e.id, e.incident, e.plan_digest as "planDigest", e.direction, e.state, e.force, e.cursor, e.proof,
  e.created_at as "createdAt", e.created_by as "createdBy"`;

/** Rows that may run: $1 worker, $2 at most, $3 lease in ms, $4 only these executions (null: any). */
const claimStatement = `
  with candidate as (
    select s.id, s.undoes
    from execution e join step s on s.execution = e.id and s.ordinal = e.cursor
    where e.state = 'running' and ($4::text[] is null or e.id = any($4))
      and s.ended_at is null
      and (s.lease_until is null or s.lease_until <= clock_timestamp())
      and (s.not_before is null or s.not_before <= clock_timestamp())
      and not exists (select from step o where o.id = s.undoes and o.lease_until > clock_timestamp())
    order by e.seq limit $2
    for update of e, s skip locked
  ), taken_over as (
    update step o set fence = o.fence + 1, lease_until = null
    from candidate c where o.id = c.undoes and o.ended_at is null
  ), claimed as (
    update step s set fence = s.fence + 1, worker = $1, not_before = null,
      lease_until = clock_timestamp() + $3 * interval '1 millisecond',
      state = case s.state when 'waiting' then 'reading' when 'undo-ready' then 'undoing' else s.state end,
      started_at = coalesce(s.started_at, clock_timestamp())
    from candidate c where s.id = c.id
    returning s.*
  )
  select ${stepColumns}, s.fence, s.sealed,
    not exists (select from step n where n.execution = s.execution and n.ordinal > s.ordinal) as last, e.incident, e.plan_digest as "planDigest", e.direction, e.force, e.cursor,
    e.created_by as "createdBy"
  from claimed s join execution e on e.id = s.execution`;

type DatedStep = Omit<StepRow, 'startedAt' | 'endedAt' | 'approvals'> & {
  startedAt: Date | null;
  endedAt: Date | null;
  approvals: readonly { by: string; at: string }[];
};
type DatedExecution = Omit<ExecutionRow, 'createdAt' | 'steps'> & { createdAt: Date };
type ClaimedStep = DatedStep & Omit<Claim['execution'], 'id'> & { fence: number; sealed: Buffer | null; last: boolean };

export function createExecutionStore(database: Database): ExecutionStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),
    putBlobs,

    async lockIncident(tx, incident) {
      const found = await tx.query('select 1 from incident where id = $1 for no key update', [incident]);
      if (found.length === 0) throw new FirebreakError('FB-NOT-FOUND', `There is no incident ${incident}.`);
      await tx.query('select 1 from execution where incident = $1 order by id for update', [incident]);
      return executions(tx, 'e.incident = $1', incident);
    },

    async create(tx, execution) {
      await tx.query(
        `insert into execution (id, incident, plan_digest, plan_seq, direction, state, force, created_at, created_by)
         values ($1, $2, $3, (select max(seq) from plan where incident = $2), $4, $5, $6, $7, $8)`,
        [
          execution.id,
          execution.incident,
          execution.planDigest,
          execution.direction,
          execution.state,
          execution.force,
          execution.createdAt,
          execution.createdBy,
        ],
      );
      const { steps } = execution;
      await tx.query(
        `insert into step (execution, id, ordinal, plan, state, approvals_needed, undoes)
         select $1, id, ordinal, plan::json, state, approvals_needed, undoes
         from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::text[])
           as step (id, ordinal, plan, state, approvals_needed, undoes)`,
        [
          execution.id,
          steps.map(({ id }) => id),
          steps.map(({ ordinal }) => ordinal),
          steps.map(({ plan }) => (plan === null ? null : JSON.stringify(plan))),
          steps.map(({ state }) => state),
          steps.map(({ approvalsNeeded }) => approvalsNeeded),
          steps.map(({ undoes }) => undoes),
        ],
      );
      await announce(tx, 'execution', [execution.incident]);
    },

    async stop(tx, execution) {
      const rows = await tx.query<{ incident: string }>(
        `update execution set state = 'stopped' where id = $1 and state in ('running', 'waiting-approval') returning incident`,
        [execution],
      );
      await announce(
        tx,
        'execution',
        rows.map(({ incident }) => incident),
      );
    },

    async approve(tx, { execution, steps, by, at }) {
      await tx.query('select 1 from execution where id = $1 for update', [execution]);
      await tx.query(
        'insert into approval (step, by, at) select step, $2, $3 from unnest($1::text[]) as step on conflict do nothing',
        [steps, by, at],
      );
      const rows = await tx.query<{ incident: string }>(
        `update execution e set state = case when e.state = 'waiting-approval' and ${nextIsApproved('e.cursor')} then 'running' else e.state end
         where e.id = $1 returning e.incident`,
        [execution],
      );
      await announce(
        tx,
        'execution',
        rows.map(({ incident }) => incident),
      );
    },

    async write(tx, worker, writes, leaseMs) {
      const locked = await tx.query<{ id: string; execution: string; incident: string }>(
        `select s.id, e.id as execution, e.incident
         from unnest($1::text[], $2::bigint[]) as asked (id, fence)
         join step s on s.id = asked.id and s.fence = asked.fence and s.ended_at is null
         join execution e on e.id = s.execution
         order by e.id for update of e, s`,
        [writes.map(({ claim }) => claim.step.id), writes.map(({ claim }) => claim.fence)],
      );
      const mine = new Set(locked.map(({ id }) => id));
      const kept = writes.filter(({ claim }) => mine.has(claim.step.id));
      if (kept.length === 0) return writes.map(() => ({ result: 'fenced' }));
      await updateSteps(tx, worker, kept, leaseMs);
      const nexts = await moveOn(tx, worker, kept, leaseMs);
      await endExecutions(tx, kept);
      await announce(
        tx,
        'execution',
        locked.map(({ incident }) => incident),
      );
      return writes.map(({ claim }) =>
        mine.has(claim.step.id)
          ? { result: 'written', next: nexts.get(claim.execution.id) ?? null }
          : { result: 'fenced' },
      );
    },

    async get(execution) {
      return (await executions(database, 'e.id = $1', execution))[0] ?? null;
    },
    async latest(incident) {
      const where = 'e.seq = (select max(seq) from execution where incident = $1)';
      return (await executions(database, where, incident))[0] ?? null;
    },
    async step(id) {
      const [row] = await database.query<DatedStep>(`select ${stepColumns} from step s where s.id = $1`, [id]);
      return row === undefined ? null : stepRow(row);
    },

    async claim(worker, limit, leaseMs) {
      if (limit === 0) return [];
      const rows = await database.query<ClaimedStep>(claimStatement, [worker, limit, leaseMs, null]);
      return rows.map(claimOf);
    },

    async renew(claims, leaseMs) {
      const rows = await database.query<{ id: string }>(
        `with mine as (
           select s.id from unnest($1::text[], $2::bigint[]) as asked (id, fence)
           join step s on s.id = asked.id and s.fence = asked.fence and s.ended_at is null
           order by s.execution for update of s
         )
         update step s set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
         from mine where s.id = mine.id returning s.id`,
        [claims.map(({ step }) => step.id), claims.map(({ fence }) => fence), leaseMs],
      );
      return new Set(rows.map(({ id }) => id));
    },
  };
}

function nextIsApproved(ordinal: string): string {
  return `coalesce((select (select count(*) from approval a where a.step = n.id) >= n.approvals_needed
    from step n where n.execution = e.id and n.ordinal = ${ordinal}), true)`;
}

async function updateSteps(tx: Transaction, worker: string, writes: readonly Write[], leaseMs: number): Promise<void> {
  await tx.query(
    `with change as (
       select * from unnest($1::text[], $2::text[], $3::int[], $4::bool[], $5::bool[], $6::text[], $7::text[], $8::bool[],
           $9::bytea[], $10::text[], $11::text[], $12::bool[], $13::text[], $14::timestamptz[], $15::text[], $16::int[])
         as change (id, state, attempt, intended, uncertain, before, after, has_sealed, sealed, changes, probes,
           has_reason, reason, ended_at, what, after_ms)
     ), written as (
       update step s set
         state = coalesce(c.state, s.state),
         attempt = coalesce(c.attempt, s.attempt),
         intended = coalesce(c.intended, s.intended),
         uncertain = coalesce(c.uncertain, s.uncertain),
         before = coalesce(c.before, s.before),
         after = coalesce(c.after, s.after),
         sealed = case when c.has_sealed then c.sealed else s.sealed end,
         changes = coalesce(c.changes::json, s.changes),
         probes = coalesce(c.probes::json, s.probes),
         reason = case when c.has_reason then c.reason else s.reason end,
         ended_at = case when c.what in ('next', 'end') then coalesce(c.ended_at, clock_timestamp()) end,
         lease_until = case c.what when 'keep' then clock_timestamp() + $18 * interval '1 millisecond' end,
         not_before = case c.what when 'release' then clock_timestamp() + c.after_ms * interval '1 millisecond' end
       from change c where s.id = c.id
       returning s.id, s.fence, s.state, s.attempt, s.reason
     )
     insert into journal (step, fence, worker, state, attempt, reason)
     select id, fence, $17, state, attempt, reason from written`,
    [
      writes.map(({ claim }) => claim.step.id),
      writes.map(({ change }) => change.state),
      writes.map(({ change }) => change.attempt),
      writes.map(({ change }) => change.intended),
      writes.map(({ change }) => change.uncertain),
      writes.map(({ change }) => change.before),
      writes.map(({ change }) => change.after),
      writes.map(({ change }) => change.sealed !== undefined),
      writes.map(({ change: { sealed } }) => (sealed === undefined || sealed === null ? null : Buffer.from(sealed))),
      writes.map(({ change: { changes } }) => (changes === undefined ? null : JSON.stringify(changes))),
      writes.map(({ change: { probes } }) => (probes === undefined ? null : JSON.stringify(probes))),
      writes.map(({ change }) => change.reason !== undefined),
      // PostgreSQL's text holds no NUL, and what peers answer may
      writes.map(({ change }) => change.reason?.replaceAll('\0', '\ufffd')),
      writes.map(({ change }) => change.endedAt),
      writes.map(({ move }) => move.what),
      writes.map(({ move }) => (move.what === 'release' ? move.afterMs : 0)),
      worker,
      leaseMs,
    ],
  );
}

/** Moves the cursors of executions whose row is done and claims what may run next; by execution. */
async function moveOn(
  tx: Transaction,
  worker: string,
  writes: readonly Write[],
  leaseMs: number,
): Promise<ReadonlyMap<string, Claim>> {
  const ids = writes.filter(({ move }) => move.what === 'next').map(({ claim }) => claim.execution.id);
  if (ids.length === 0) return new Map();
  const moved = await tx.query(
    `update execution e set cursor = e.cursor + 1,
       state = case when e.state = 'running' and not ${nextIsApproved('e.cursor + 1')} then 'waiting-approval' else e.state end
     where e.id = any($1) and exists (select from step n where n.execution = e.id and n.ordinal = e.cursor + 1)
     returning 1`,
    [ids],
  );
  if (moved.length !== ids.length) throw new FirebreakError('FB-INTERNAL', 'There is no row after the last one.');
  const rows = await tx.query<ClaimedStep>(claimStatement, [worker, ids.length, leaseMs, ids]);
  return new Map(rows.map((row) => [row.execution, claimOf(row)]));
}

async function endExecutions(tx: Transaction, writes: readonly Write[]): Promise<void> {
  const ends = writes.flatMap(({ claim, move }) => (move.what === 'end' ? [{ id: claim.execution.id, ...move }] : []));
  if (ends.length === 0) return;
  // one that was stopped from outside stays stopped
  await tx.query(
    `update execution e set proof = coalesce(ended.proof::json, e.proof),
       state = case when e.state = 'running' then ended.state else e.state end
     from unnest($1::text[], $2::text[], $3::text[]) as ended (id, state, proof) where e.id = ended.id`,
    [
      ends.map(({ id }) => id),
      ends.map(({ state }) => state),
      ends.map(({ proof }) => (proof === undefined ? null : JSON.stringify(proof))),
    ],
  );
}

async function executions(from: Queryable, where: string, value: string): Promise<readonly ExecutionRow[]> {
  const heads = await from.query<DatedExecution>(
    `select ${executionColumns} from execution e where ${where} order by e.seq`,
    [value],
  );
  if (heads.length === 0) return [];
  const steps = await from.query<DatedStep>(
    `select ${stepColumns} from step s where s.execution = any($1) order by s.ordinal`,
    [heads.map(({ id }) => id)],
  );
  return heads.map((head) => ({
    ...head,
    createdAt: head.createdAt.toISOString(),
    steps: steps.filter(({ execution }) => execution === head.id).map(stepRow),
  }));
}

function stepRow(row: DatedStep): StepRow {
  return {
    ...row,
    approvals: row.approvals.map(({ by, at }) => ({ by, at: new Date(at).toISOString() })),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

function claimOf(row: ClaimedStep): Claim {
  const { fence, sealed, last, incident, planDigest, direction, force, cursor, createdBy, ...step } = row;
  return {
    execution: { id: step.execution, incident, planDigest, direction, force, cursor, createdBy },
    step: stepRow(step),
    fence,
    sealed,
    last,
  };
}
