/**
 * The runner's port on PostgreSQL.
 *
 * Order of locks, the same everywhere so that nobody waits in a circle: incident, executions (by id) each with its row of
 * work, targets (by name), blobs (by digest), the ledger. `claim` waits for no work: it skips rows that are locked and targets
 * that are held, and can only meet another claim of the same moment.
 *
 * `write` first locks and then decides with statements of their own: a statement sees other tables as they were when it
 * began, also if it had to wait for a lock, and would miss an approval that was given meanwhile.
 */
import { FirebreakError } from '@firebreak/contract';
import type { Claim, ExecutionRow, ExecutionStore, NewStep, StepRow, Write } from '../execution/store.ts';
import { useCapabilities } from './approval-store.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { announce, type StorageEvent } from './events.ts';
import { putBlobs } from './ledger-store.ts';

/** How long a back-off can be at most; what seems to last longer was written before the clock was set back. */
const longestBackOff = `interval '1 minute'`;

/** The proof has just looked itself. */
const firstLook = `interval '30 seconds'`;

const expiryOf = (row: string): string => `case when ${row}.expires_at is not null then json_build_object(
    'at', to_char(${row}.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'inMs', extract(epoch from ${row}.expires_at - clock_timestamp())::float8 * 1000,
    'lengthMs', ${row}.lease_ms, 'told', ${row}.expiry_told) end`;

/** A worker has the row. Twice the length, so that a clock that is moved a little costs nobody his work. */
const isLeased = (row: string): string => `(${row}.lease_until > clock_timestamp()
    and ${row}.lease_until <= clock_timestamp() + 2 * ${row}.lease_length_ms * interval '1 millisecond')`;
const isHeld = (hold: string): string => `(${hold}.until > clock_timestamp()
    and ${hold}.until <= clock_timestamp() + 2 * ${hold}.length_ms * interval '1 millisecond')`;
/** The hold is of the row itself, of the one that it undoes, or of one that did that again. */
const isOfLine = (
  hold: string,
  row: string,
  undoes: string,
): string => `(${hold}.step = ${row} or ${hold}.step = ${undoes}
    or exists (select from step r where r.id = ${hold}.step and r.reasserts = ${undoes}))`;

const stepColumns = `s.id, s.execution, s.ordinal, s.plan, s.state, s.approvals_needed as "approvalsNeeded", s.undoes,
  s.attempt, s.intended, s.uncertain, s.before, s.after, s.changes, s.probes, s.reason,
  s.started_at as "startedAt", s.ended_at as "endedAt", s.reasserts, s.lease_ms as "leaseMs", s.reverted, s.residual, s.leftovers,
  extract(epoch from clock_timestamp() - s.made_at)::float8 * 1000 as "ageMs", ${expiryOf('s')} as expiry,
  (select coalesce(json_agg(json_build_object('by', a.by, 'at', a.at, 'vouched', a.vouched, 'breakGlass', a.break_glass) order by a.at, a.by), '[]')
   from approval a where a.step = s.id) as approvals`;

const executionColumns = `e.id, e.incident, e.plan_digest as "planDigest", e.direction, e.state, e.force, e.cursor, e.proof,
  e.created_at as "createdAt", e.created_by as "createdBy", e.merge, e.partial, e.lease_ms as "leaseMs", e.watch, e.watched,
  ${expiryOf('e')} as expiry`;

/** Rows that may run: $1 worker, $2 at most, $3 lease in ms, $4 only these executions (null: any). */
const claimStatement = `
  with candidate as (
    select s.id, s.undoes, s.target
    from execution e join step s on s.execution = e.id and s.ordinal = e.cursor
    where e.state = 'running' and ($4::text[] is null or e.id = any($4))
      and s.ended_at is null
      and ${isLeased('s')} is not true
      and (s.not_before is null or s.not_before <= clock_timestamp() or s.not_before > clock_timestamp() + ${longestBackOff})
      and not exists (select from step o where o.id = s.undoes and ${isLeased('o')})
      and not exists (select from step o where o.reasserts = s.undoes and ${isLeased('o')})
      and not exists (select from target_hold h
        where h.target = s.target and ${isHeld('h')} and not ${isOfLine('h', 's.id', 's.undoes')})
    order by e.seq limit $2
    for update of e, s skip locked
  ), turn as (
    insert into target_hold as h (target, step, until, length_ms)
    select distinct on (target) target, id, clock_timestamp() + $3 * interval '1 millisecond', $3
    from candidate where target is not null order by target, id
    on conflict (target) do update set step = excluded.step, until = excluded.until, length_ms = excluded.length_ms
      where not ${isHeld('h')} or ${isOfLine('h', 'excluded.step', '(select undoes from step where id = excluded.step)')}
    returning h.step
  ), mine as (
    select c.id, c.undoes from candidate c where c.target is null or c.id in (select step from turn)
  ), taken_over as (
    update step o set fence = o.fence + 1, lease_until = null
    from (select c.undoes as id from mine c union select r.id from mine c join step r on r.reasserts = c.undoes) line
    where o.id = line.id and o.ended_at is null
  ), claimed as (
    update step s set fence = s.fence + 1, worker = $1, not_before = null,
      lease_until = clock_timestamp() + $3 * interval '1 millisecond', lease_length_ms = $3,
      state = case s.state when 'waiting' then 'reading' when 'undo-ready' then 'undoing' else s.state end,
      started_at = coalesce(s.started_at, clock_timestamp())
    from mine c where s.id = c.id
    returning s.*
  )
  select ${stepColumns}, s.fence, s.sealed,
    not exists (select from step n where n.execution = s.execution and n.ordinal > s.ordinal) as last,
    (select n.plan->>'stage' from step n where n.execution = s.execution and n.ordinal = s.ordinal + 1) as "nextStage",
    e.incident, e.plan_digest as "planDigest", e.direction, e.force, e.merge, e.cursor, e.created_by as "createdBy"
  from claimed s join execution e on e.id = s.execution`;

type DatedStep = Omit<StepRow, 'startedAt' | 'endedAt' | 'approvals'> & {
  startedAt: Date | null;
  endedAt: Date | null;
  approvals: readonly { by: string; at: string; vouched: string | null; breakGlass: string | null }[];
};
type DatedExecution = Omit<ExecutionRow, 'createdAt' | 'steps'> & { createdAt: Date };
type ClaimedStep = DatedStep &
  Omit<Claim['execution'], 'id'> &
  Pick<Claim, 'fence' | 'last' | 'nextStage'> & { sealed: Buffer | null };

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
        `insert into execution (id, incident, plan_digest, plan_seq, direction, state, force, created_at, created_by,
           merge, partial, lease_ms, watch)
         values ($1, $2, $3, (select max(seq) from plan where incident = $2), $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          execution.id,
          execution.incident,
          execution.planDigest,
          execution.direction,
          execution.state,
          execution.force,
          execution.createdAt,
          execution.createdBy,
          execution.merge,
          execution.partial,
          execution.leaseMs,
          execution.watch,
        ],
      );
      if (!execution.partial)
        await tx.query('update execution set watch_due = null where incident = $1 and watch_due is not null', [
          execution.incident,
        ]);
      await insertSteps(tx, execution.id, execution.steps);
      await announce(tx, 'execution', [execution.incident]);
    },

    async stop(tx, execution) {
      const rows = await tx.query<{ incident: string }>(
        `update execution set state = 'stopped' where id = $1 and state in ('running', 'waiting-approval', 'paused')
         returning incident`,
        [execution],
      );
      await announce(
        tx,
        'execution',
        rows.map(({ incident }) => incident),
      );
    },

    async pause(tx, execution) {
      await changeOne(tx, `state = 'paused'`, `state in ('running', 'waiting-approval')`, [execution]);
    },
    async resume(tx, execution) {
      const state = `state = case when ${nextIsApproved('e.cursor')} then 'running' else 'waiting-approval' end`;
      await changeOne(tx, state, `state = 'paused'`, [execution]);
    },

    async append(tx, execution, steps) {
      await insertSteps(tx, execution, steps);
      const first = steps[0]?.ordinal;
      await changeOne(tx, `state = 'running', cursor = $2, watch_due = null`, 'true', [execution, first]);
    },

    async judge(tx, execution, { state, proof, steps, watched }) {
      await tx.query(
        `update step s set state = found.state, reason = case when found.state = 'done' then null else s.reason end,
           reverted = found.reverted::json
         from unnest($1::text[], $2::text[], $3::text[]) as found (id, state, reverted) where s.id = found.id`,
        [
          steps.map(({ id }) => id),
          steps.map((step) => step.state),
          steps.map(({ reverted }) => (reverted === null ? null : JSON.stringify(reverted))),
        ],
      );
      const proofText = proof === undefined ? null : JSON.stringify(proof);
      const set = 'state = coalesce($2, e.state), proof = coalesce($3::json, e.proof), watched = $4::json';
      const quiet = state === undefined && steps.length === 0;
      await changeOne(
        tx,
        set,
        'true',
        [execution, state, proofText, JSON.stringify(watched)],
        quiet ? [] : ['execution'],
      );
      if (state === 'not-contained' || steps.some((step) => step.state === 'reverted'))
        await changeOne(tx, 'state = e.state', 'true', [execution], ['alarm']);
    },
    async setWatch(tx, execution, mode) {
      const set = `watch = coalesce($2, e.watch), watch_due = case when e.watch_due is not null then clock_timestamp() end,
        watched = case when $2 is null or e.watched is null then e.watched
          else jsonb_set(e.watched::jsonb, '{gaveUp}', '[]')::json end`;
      await changeOne(tx, set, 'true', [execution, mode]);
    },

    async setLease(tx, { execution, steps }, forMs) {
      const until = `expires_at = clock_timestamp() + $2::bigint * interval '1 millisecond', lease_ms = $2, expiry_told = false`;
      await changeOne(tx, until, 'true', [execution, forMs]);
      await tx.query(`update step set ${until} where id = any($1)`, [steps, forMs]);
    },
    async tellLease(tx, { execution, steps }) {
      await changeOne(tx, 'expiry_told = true', 'true', [execution], ['lease']);
      const rows = await tx.query<{ incident: string }>(
        `update step s set expiry_told = true from execution e where s.id = any($1) and e.id = s.execution returning e.incident`,
        [steps],
      );
      await announce(
        tx,
        'lease',
        rows.map(({ incident }) => incident),
      );
    },

    async claimWatch(limit, everyMs) {
      return database.query<{ id: string; incident: string }>(
        `with due as (
           select e.id from execution e
           where (e.watch_due <= clock_timestamp() or e.watch_due > clock_timestamp() + 2 * $2 * interval '1 millisecond')
             and e.state in ('contained', 'done-unproven', 'not-contained')
           order by e.watch_due limit $1 for update skip locked
         )
         update execution e set watch_due = clock_timestamp() + $2 * interval '1 millisecond'
         from due where e.id = due.id returning e.id, e.incident`,
        [limit, everyMs],
      );
    },
    async watchNow() {
      await database.query('update execution set watch_due = clock_timestamp() where watch_due > clock_timestamp()');
    },
    async expiring(aheadMs, limit) {
      const soon = (
        row: string,
      ) => `${row}.expires_at <= clock_timestamp() or not ${row}.expiry_told and ${row}.expires_at <=
        clock_timestamp() + least($1, ${row}.lease_ms / 5) * interval '1 millisecond'`;
      const rows = await database.query<{ incident: string }>(
        `select e.incident from execution e where e.expires_at is not null and (${soon('e')})
         union
         select e.incident from step s join execution e on e.id = s.execution
         where s.expires_at is not null and (${soon('s')})
         limit $2`,
        [aheadMs, limit],
      );
      return rows.map(({ incident }) => incident);
    },

    async approve(tx, { execution, steps, by, at }) {
      await tx.query('select 1 from execution where id = $1 for update', [execution]);
      await tx.query(
        'insert into approval (step, by, at) select step, $2, $3 from unnest($1::text[]) as step on conflict do nothing',
        [steps, by, at],
      );
      const begins = `e.state = 'waiting-approval' and ${nextIsApproved('e.cursor')}`;
      const rows = await tx.query<{ incident: string }>(
        `update execution e set state = case when ${begins} then 'running' else e.state end,
           expires_at = case when e.cursor = 1 and e.expires_at is null and ${begins}
             then clock_timestamp() + e.lease_ms * interval '1 millisecond' else e.expires_at end
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
      await useCapabilities(
        tx,
        // An attempt that ended before its request left (the state could not be read, say) is one as well.
        kept.flatMap(({ claim, change }) =>
          change.intended === true || (change.attempt ?? 0) > 0 ? [claim.step.id] : [],
        ),
      );
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

    async all(incident) {
      return executions(database, 'e.incident = $1', incident);
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

    async reassertionsOf(id) {
      const rows = await database.query<DatedStep>(
        `select ${stepColumns} from step s where s.reasserts = $1 order by s.ordinal`,
        [id],
      );
      return rows.map(stepRow);
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
         ), holding as (
           update target_hold h set until = clock_timestamp() + $3 * interval '1 millisecond', length_ms = $3
           from mine where h.step = mine.id
         )
         update step s set lease_until = clock_timestamp() + $3 * interval '1 millisecond', lease_length_ms = $3
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
           $9::bytea[], $10::text[], $11::text[], $12::bool[], $13::text[], $14::timestamptz[], $15::text[], $16::int[],
           $19::text[], $20::text[])
         as change (id, state, attempt, intended, uncertain, before, after, has_sealed, sealed, changes, probes,
           has_reason, reason, ended_at, what, after_ms, residual, leftovers)
     ), left_target as (
       delete from target_hold h using change c where h.step = c.id and c.what in ('next', 'end')
     ), waits_with_target as (
       update target_hold h set until = clock_timestamp() + (c.after_ms + $18) * interval '1 millisecond',
         length_ms = c.after_ms + $18
       from change c where h.step = c.id and c.what = 'release'
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
         residual = coalesce(c.residual::json, s.residual),
         leftovers = coalesce(c.leftovers::json, s.leftovers),
         expires_at = case when c.intended and s.expires_at is null and s.started_at is not null and s.attempt = 0
           then clock_timestamp() + s.lease_ms * interval '1 millisecond' else s.expires_at end,
         ended_at = case when c.what in ('next', 'end') then coalesce(c.ended_at, clock_timestamp()) end,
         lease_until = case c.what when 'keep' then clock_timestamp() + $18 * interval '1 millisecond' end,
         lease_length_ms = $18,
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
      writes.map(({ change: { residual } }) => (residual === undefined ? null : JSON.stringify(residual))),
      writes.map(({ change: { leftovers } }) => (leftovers === undefined ? null : JSON.stringify(leftovers))),
    ],
  );
}

async function insertSteps(tx: Transaction, execution: string, steps: readonly NewStep[]): Promise<void> {
  await tx.query(
    `insert into step (execution, id, ordinal, plan, state, approvals_needed, undoes, reasserts, lease_ms, target)
     select $1, id, ordinal, plan::json, state, approvals_needed, undoes, reasserts, lease_ms, target
     from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::bigint[], $10::text[])
       as step (id, ordinal, plan, state, approvals_needed, undoes, reasserts, lease_ms, target)`,
    [
      execution,
      steps.map(({ id }) => id),
      steps.map(({ ordinal }) => ordinal),
      steps.map(({ plan }) => (plan === null ? null : JSON.stringify(plan))),
      steps.map(({ state }) => state),
      steps.map(({ approvalsNeeded }) => approvalsNeeded),
      steps.map(({ undoes }) => undoes),
      steps.map(({ reasserts }) => reasserts),
      steps.map(({ leaseMs }) => leaseMs),
      // PostgreSQL's text holds no NUL
      steps.map(({ plan }) => plan?.target.id.replaceAll('\0', '\ufffd') ?? null),
    ],
  );
}

/** Changes the execution `values[0]` where the condition holds, and tells of it. */
async function changeOne(
  tx: Transaction,
  set: string,
  where: string,
  values: readonly unknown[],
  tell: readonly StorageEvent['type'][] = ['execution'],
): Promise<void> {
  const rows = await tx.query<{ incident: string }>(
    `update execution e set ${set} where e.id = $1 and ${where} returning e.incident`,
    values,
  );
  const incidents = rows.map(({ incident }) => incident);
  for (const type of tell) await announce(tx, type, incidents);
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
       state = case when e.state in ('running', 'paused') then ended.state else e.state end,
       watch_due = case when e.state in ('running', 'paused') and ended.state in ('contained', 'done-unproven', 'not-contained')
         then clock_timestamp() + ${firstLook} end
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
    approvals: row.approvals.map(({ by, at, vouched, breakGlass }) => ({
      by,
      at: new Date(at).toISOString(),
      ...(vouched === null ? {} : { vouched }),
      ...(breakGlass === null ? {} : { breakGlass }),
    })),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

function claimOf(row: ClaimedStep): Claim {
  const { fence, sealed, last, nextStage, incident, planDigest, direction, force, merge, cursor, createdBy, ...step } =
    row;
  return {
    execution: { id: step.execution, incident, planDigest, direction, force, merge, cursor, createdBy },
    step: stepRow(step),
    fence,
    sealed,
    last,
    nextStage,
  };
}
