/**
 * The runner: what people may ask for, and the worker that does it. It owns order, approval, retries and the ledger;
 * actions own one lever each (`contain-step.ts`, `undo-step.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AnyAction,
  type Change,
  type Estate,
  type Execution,
  FirebreakError,
  type NodeId,
  type Plan,
  type PlanStep,
  type WatchMode,
} from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Authority } from './approval/authority.ts';
import { type ApprovalGiven, giveApproval, spendLink, stillOpen } from './approval/give-approval.ts';
import type { ApprovalPolicy, ApprovalQuestion } from './approval/policy.ts';
import { actionOf, type Prove, type Survey } from './end-of-execution.ts';
import { leasesOf } from './end-of-lease.ts';
import { type EvidenceFirst, nothingFirst } from './evidence-first.ts';
import { createJournal, recordEvidence } from './journal.ts';
import { checkedPlan, containment, type LeaseWish, standingOf, undoOf } from './new-execution.ts';
import { defaultPace, type Pace } from './pace.ts';
import type { Seal } from './seal.ts';
import { refusedBy, withDeadline } from './step-work.ts';
import type { ExecutionRow, ExecutionStore } from './store.ts';
import { startTending, type Tending } from './tend.ts';
import { executionView } from './view.ts';
import { isWatched } from './watch.ts';
import { startWorker, type Worker, workerName } from './worker.ts';

/** What one step would send, read and shown without changing anything. */
export interface DryRunStep {
  readonly stepId: string;
  readonly title: string;
  readonly changes: readonly Change[];
  /** Why it cannot be told, when it cannot. */
  readonly problem: string | null;
  /** The state as it is now, of a step that changes something. */
  readonly before?: unknown;
}

/** Characters of a state beside the requests that change it; a longer one is only in the evidence of the run. */
const shownBefore = 65_536;

export interface Runner {
  /**
   * Makes the plan's rows, waiting for approval. The same plan again gives what there is, unless it was stopped or undone;
   * another plan takes the place of one that still waits.
   *
   * @throws FirebreakError FB-NOT-FOUND (incident), FB-PLAN-INVALID, FB-EXECUTION-BUSY
   */
  start(request: {
    incident: string;
    plan: Plan;
    by: string;
    lease?: LeaseWish | undefined;
    watch?: WatchMode | undefined;
  }): Promise<Execution>;
  /**
   * Approves the plan with this digest, whole or some steps of it; what has enough approvals begins to run, in order.
   *
   * @throws FirebreakError FB-APPROVAL-DIGEST, FB-APPROVAL-SECOND-PERSON when this person has approved before and it takes
   * another, FB-APPROVAL-REFUSED when the policy does not let them approve one of the steps (then none is), FB-NOT-FOUND when
   * nothing was started, FB-USAGE for a step that is not in the plan.
   */
  approve(
    request: { incident: string; digest: string; steps?: readonly string[] | undefined } & ApprovalGiven,
  ): Promise<Execution>;
  /**
   * Takes back all that the incident's executions changed, last first. One that is under way is stopped after its present
   * step. Steps that others changed since are left and reported: with `merge`, what nobody else changed is taken back all the
   * same; with `force`, theirs is overwritten.
   *
   * @throws FirebreakError FB-NOT-FOUND when the incident was never worked on, FB-EXECUTION-BUSY while it is being undone.
   */
  undo(request: {
    incident: string;
    by: string;
    force?: boolean;
    merge?: boolean;
    /** Takes back only these steps; the others stand. */
    only?: (step: PlanStep) => boolean;
  }): Promise<Execution>;
  /**
   * Lets no further step begin; one that is under way is finished.
   *
   * @throws FirebreakError FB-NOT-FOUND, FB-EXECUTION-STATE when nothing runs or waits
   */
  pause(request: { incident: string; by: string }): Promise<Execution>;
  /** @throws FirebreakError FB-NOT-FOUND, FB-EXECUTION-STATE when it is not paused */
  resume(request: { incident: string; by: string }): Promise<Execution>;
  /**
   * Ends the execution after the step that is under way. What was done stands, and can be undone.
   *
   * @throws FirebreakError FB-NOT-FOUND, FB-EXECUTION-STATE when it has ended
   */
  abort(request: { incident: string; by: string }): Promise<Execution>;
  /**
   * Lets what expires expire later: `forMs` from now, by default as long as it was to stand at first.
   *
   * @param request.steps ids of steps with a lease of their own; all that expires when absent
   * @throws FirebreakError FB-NOT-FOUND, FB-LEASE-NONE
   */
  renew(request: {
    incident: string;
    by: string;
    forMs?: number | undefined;
    steps?: readonly string[] | undefined;
  }): Promise<Execution>;
  /**
   * Lets the watch look now. With a mode, chooses what it does when a step is reverted, and makes it forget that it had given up.
   *
   * @throws FirebreakError FB-NOT-FOUND when the incident has no containment, FB-EXECUTION-STATE when its steps are not all done
   */
  watch(request: { incident: string; by: string; mode?: WatchMode | undefined }): Promise<Execution>;
  /** The estate has changed: the watch looks at once. */
  changed(): void;
  /** @throws FirebreakError FB-PLAN-INVALID */
  preview(plan: Plan, signal?: AbortSignal): Promise<readonly DryRunStep[]>;
  /** The newest execution of the incident. */
  status(incident: string): Promise<Execution | null>;
  /** The execution when it neither runs nor may run by itself. */
  settled(execution: string, signal?: AbortSignal): Promise<Execution>;
  /** Begins to work on whatever may run, ours and what others left. */
  work(): void;
  /** There may be something to do. */
  wake(): void;
  /** Stops working and gives back what is under way. */
  close(): Promise<void>;
}

export interface RunnerParts<Tx> {
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly actions: readonly AnyAction[];
  /** The open session that this action with these parameters works on. */
  readonly session: (action: string, params: unknown) => unknown;
  /** The estate as last collected: how drastic a step is depends on it. */
  readonly estate: () => Estate | Promise<Estate>;
  readonly prove: Prove;
  /** For the watch; each look proves by itself when absent. */
  readonly survey?: Survey;
  readonly approvals: ApprovalPolicy;
  /** Makes approvals the right to begin, and asks for it before anything begins. */
  readonly authority: Authority<Tx>;
  /** What is known of a node, for approval policies that ask for owner or sensitivity. */
  readonly asset: (id: NodeId) => ApprovalQuestion['target'] | Promise<ApprovalQuestion['target']>;
  readonly seal: Seal;
  /** Nothing is taken before destruction when absent. */
  readonly evidenceFirst?: EvidenceFirst;
  readonly clock: Clock;
  readonly workerId?: string;
  /** Executions worked on at the same time; steps of one execution never are. Default 8. */
  readonly concurrency?: number;
  readonly pace?: Partial<Pace>;
  readonly onTrouble?: (error: unknown) => void;
}

export function createRunner<Tx>(parts: RunnerParts<Tx>): Runner {
  const { store, ledger, clock } = parts;
  const pace: Pace = { ...defaultPace, ...parts.pace };
  const actions = new Map(parts.actions.map((action) => [action.id, action]));
  const id = parts.workerId ?? workerName();
  const journal = createJournal({ store, ledger, worker: id, leaseMs: pace.leaseMs });
  const onTrouble = parts.onTrouble ?? (() => undefined);
  let worker: Worker | undefined;
  let tending: Tending | undefined;

  async function view(execution: string): Promise<Execution> {
    const row = await store.get(execution);
    if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no execution ${execution}.`);
    return executionView(parts.authority.standing(row));
  }

  function record(tx: Tx, row: { incident: string; by: string }, kind: string, body: Record<string, unknown>) {
    return recordEvidence({ store, ledger }, tx, [{ incident: row.incident, actor: row.by, kind, body }]);
  }

  /** Does something to the newest execution, under the incident's lock, when it is in one of these states. */
  async function steer(
    { incident, by }: { incident: string; by: string },
    states: readonly Execution['state'][],
    kind: string,
    how: (tx: Tx, execution: string) => Promise<void>,
  ): Promise<Execution> {
    const execution = await store.transaction(async (tx) => {
      const latest = (await store.lockIncident(tx, incident)).at(-1);
      if (latest === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The incident has no execution.');
      if (!states.includes(latest.state))
        throw new FirebreakError('FB-EXECUTION-STATE', `Execution ${latest.id} is ${latest.state}.`);
      await how(tx, latest.id);
      await record(tx, { incident, by }, kind, { execution: latest.id, from: latest.state });
      return latest.id;
    });
    worker?.wake();
    return view(execution);
  }

  return {
    async start({ incident, plan, by, lease, watch }) {
      const about = { incident, by, at: clock.now(), lease, watch };
      const made = containment(plan, about, actions, await parts.estate());
      const execution = await store.transaction(async (tx) => {
        const latest = (await store.lockIncident(tx, incident)).at(-1);
        if (latest !== undefined && standsFor(latest, made.planDigest)) return latest.id;
        if (latest?.state === 'running' || latest?.state === 'paused') {
          throw new FirebreakError('FB-EXECUTION-BUSY', `Execution ${latest.id} is under way.`);
        }
        if (latest?.state === 'waiting-approval') await store.stop(tx, latest.id);
        await store.create(tx, made);
        await record(tx, { incident, by }, 'execution.created', {
          execution: made.id,
          plan: made.planDigest,
          steps: made.steps.flatMap(({ plan: step, approvalsNeeded }) =>
            step === null ? [] : [{ step: step.id, approvalsNeeded }],
          ),
          watch: made.watch,
          ...(lease === undefined ? {} : { lease }),
        });
        return made.id;
      });
      worker?.wake();
      return view(execution);
    },

    async approve({ incident, digest, steps, ...given }) {
      const execution = await store.transaction(async (tx) => {
        const standing = (await store.lockIncident(tx, incident)).at(-1);
        if (standing === undefined || standing.direction === 'undo') {
          throw new FirebreakError('FB-NOT-FOUND', 'Nothing of this incident waits for approval.');
        }
        const latest = await parts.authority.withoutLapsed(tx, standing);
        if (latest.planDigest !== digest) {
          throw new FirebreakError('FB-APPROVAL-DIGEST', `What waits for approval is the plan ${latest.planDigest}.`);
        }
        await spendLink(parts, tx, given);
        const { lacking, open } = stillOpen(chosenRows(latest, steps), given);
        if (lacking.length > 0 && open.length === 0) {
          throw new FirebreakError(
            'FB-APPROVAL-SECOND-PERSON',
            `${given.by} has approved already; another person must.`,
          );
        }
        if (open.length > 0) await giveApproval(parts, tx, latest, open, given);
        return latest.id;
      });
      worker?.wake();
      return view(execution);
    },

    async undo({ incident, by, force = false, merge = false, only }) {
      const execution = await store.transaction(async (tx) => {
        const executions = await store.lockIncident(tx, incident);
        const latest = executions.at(-1);
        if (latest === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The incident has no execution.');
        if (latest.direction === 'undo' && latest.state === 'running') {
          throw new FirebreakError('FB-EXECUTION-BUSY', `Execution ${latest.id} is undoing it.`);
        }
        const wanted =
          only === undefined
            ? undefined
            : new Set(
                standingOf(executions).flatMap(({ id: row, plan }) => (plan !== null && only(plan) ? [row] : [])),
              );
        const made = undoOf(executions, { incident, by, at: clock.now(), force, merge }, wanted);
        await store.stop(tx, latest.id);
        await store.create(tx, made);
        await record(tx, { incident, by }, 'undo.requested', {
          execution: made.id,
          force,
          merge,
          steps: made.steps.map(({ plan }) => plan?.id),
        });
        return made.id;
      });
      worker?.wake();
      return view(execution);
    },

    pause: (request) =>
      steer(request, ['running', 'waiting-approval'], 'execution.paused', (tx, id) => store.pause(tx, id)),
    resume: (request) => steer(request, ['paused'], 'execution.resumed', (tx, id) => store.resume(tx, id)),
    abort: (request) =>
      steer(request, ['running', 'waiting-approval', 'paused'], 'execution.aborted', (tx, id) => store.stop(tx, id)),

    async renew({ incident, by, forMs, steps }) {
      const execution = await store.transaction(async (tx) => {
        const executions = await store.lockIncident(tx, incident);
        const latest = executions.at(-1);
        if (latest === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The incident has no execution.');
        const all = leasesOf(executions);
        const rows = all.steps.filter(({ plan }) => steps === undefined || steps.includes(plan?.id ?? ''));
        const whole = steps === undefined ? all.executions : [];
        if (rows.length + whole.length === 0)
          throw new FirebreakError('FB-LEASE-NONE', `Nothing${steps === undefined ? '' : ' of these steps'} expires.`);
        for (const { id, expiry } of whole)
          await store.setLease(tx, { execution: id, steps: [] }, forMs ?? expiry?.lengthMs ?? null);
        for (const { id, expiry } of rows)
          await store.setLease(tx, { execution: null, steps: [id] }, forMs ?? expiry?.lengthMs ?? null);
        await record(tx, { incident, by }, 'lease.renewed', {
          executions: whole.map(({ id }) => id),
          steps: rows.map(({ plan }) => plan?.id),
          forMs: forMs ?? null,
        });
        return latest.id;
      });
      return view(execution);
    },

    async watch({ incident, by, mode }) {
      const execution = await store.transaction(async (tx) => {
        const latest = (await store.lockIncident(tx, incident)).findLast(({ direction }) => direction === 'contain');
        if (latest === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The incident has no containment.');
        if (!isWatched(latest))
          throw new FirebreakError('FB-EXECUTION-STATE', `Execution ${latest.id} is ${latest.state}.`);
        await store.setWatch(tx, latest.id, mode);
        await record(tx, { incident, by }, 'watch.set', { execution: latest.id, mode: mode ?? latest.watch });
        return latest.id;
      });
      tending?.look();
      return view(execution);
    },
    changed: () => tending?.changed(),

    async preview(given, signal = new AbortController().signal) {
      const steps: DryRunStep[] = [];
      for (const { id: stepId, title, lever } of checkedPlan(given, actions).steps) {
        const action = actionOf(actions, lever.action);
        const params: unknown = action.params.parse(lever.params);
        try {
          const session = await parts.session(action.id, params);
          const { record: before } = await withDeadline(pace.callMs, signal, (call) =>
            action.read({ session, signal: call, key: `preview/${stepId}` }, params),
          );
          const changes = action.preview(params, before);
          const shown = changes.length > 0 && JSON.stringify(before).length <= shownBefore;
          steps.push({ stepId, title, changes, problem: null, ...(shown ? { before } : {}) });
        } catch (error) {
          signal.throwIfAborted();
          const { code, reason } = refusedBy(error);
          steps.push({ stepId, title, changes: [], problem: `${code}: ${reason}` });
        }
      }
      return steps;
    },

    async status(incident) {
      const row = await store.latest(incident);
      return row === null ? null : executionView(parts.authority.standing(row));
    },

    async settled(execution, signal) {
      for (;;) {
        const seen = await view(execution);
        if (seen.state !== 'running') return seen;
        await sleep(Math.min(pace.pollMs, 200), undefined, signal === undefined ? {} : { signal });
      }
    },

    work() {
      worker ??= startWorker({
        store,
        ledger,
        journal,
        seal: parts.seal,
        pace,
        session: parts.session,
        evidenceFirst: parts.evidenceFirst ?? nothingFirst,
        id,
        concurrency: parts.concurrency ?? 8,
        actions,
        prove: parts.prove,
        admit: (claim) => parts.authority.admit(claim),
        now: () => clock.now(),
        onTrouble,
      });
      tending ??= startTending({
        id,
        store,
        ledger,
        actions,
        session: parts.session,
        survey: parts.survey ?? (async () => parts.prove),
        pace,
        now: () => clock.now(),
        wake: () => worker?.wake(),
        onTrouble,
      });
    },
    wake: () => worker?.wake(),
    async close() {
      await tending?.stop();
      tending = undefined;
      await worker?.stop();
      worker = undefined;
    },
  };
}

const over: readonly Execution['state'][] = ['stopped', 'not-contained'];

/** Whether starting this plan again means the execution that there is. */
function standsFor(latest: ExecutionRow, digest: string): boolean {
  return latest.direction === 'contain' && latest.planDigest === digest && !over.includes(latest.state);
}

/** @throws FirebreakError FB-USAGE */
function chosenRows(execution: ExecutionRow, steps: readonly string[] | undefined): ExecutionRow['steps'] {
  const rows = execution.steps.filter(({ plan }) => plan !== null);
  if (steps === undefined) return rows;
  const chosen = rows.filter(({ plan }) => steps.includes(plan?.id ?? ''));
  const known = new Set(rows.map(({ plan }) => plan?.id));
  const unknown = steps.find((step) => !known.has(step));
  if (unknown !== undefined) throw new FirebreakError('FB-USAGE', `The plan has no step ${unknown}.`);
  return chosen;
}
