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
  type Role,
} from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { mayApprove } from './approval/may-approve.ts';
import type { ApprovalPolicy, ApprovalQuestion } from './approval/policy.ts';
import { actionOf, type Prove } from './end-of-execution.ts';
import { createJournal, recordEvidence } from './journal.ts';
import { checkedPlan, containment, undoOf } from './new-execution.ts';
import { defaultPace, type Pace } from './pace.ts';
import type { Seal } from './seal.ts';
import { refusedBy, withDeadline } from './step-work.ts';
import type { ExecutionRow, ExecutionStore } from './store.ts';
import { executionView } from './view.ts';
import { startWorker, type Worker, workerName } from './worker.ts';

/** What one step would send, read and shown without changing anything. */
export interface DryRunStep {
  readonly stepId: string;
  readonly title: string;
  readonly changes: readonly Change[];
  /** Why it cannot be told, when it cannot. */
  readonly problem: string | null;
}

export interface Runner {
  /**
   * Makes the plan's rows, waiting for approval. The same plan again gives what there is, unless it was stopped or undone;
   * another plan takes the place of one that still waits.
   *
   * @throws FirebreakError FB-NOT-FOUND (incident), FB-PLAN-INVALID, FB-EXECUTION-BUSY
   */
  start(request: { incident: string; plan: Plan; by: string }): Promise<Execution>;
  /**
   * Approves the plan with this digest, whole or some steps of it; what has enough approvals begins to run, in order.
   *
   * @throws FirebreakError FB-APPROVAL-DIGEST, FB-APPROVAL-SECOND-PERSON when this person has approved before and it takes
   * another, FB-APPROVAL-REFUSED when the policy does not let them approve one of the steps (then none is), FB-NOT-FOUND when
   * nothing was started, FB-USAGE for a step that is not in the plan.
   */
  approve(request: {
    incident: string;
    digest: string;
    steps?: readonly string[];
    by: string;
    role: Role;
  }): Promise<Execution>;
  /**
   * Takes back all that the incident's executions changed, last first. One that is under way is stopped after its present
   * step. Steps that others changed since are left and reported, unless `force`.
   *
   * @throws FirebreakError FB-NOT-FOUND when the incident was never worked on, FB-EXECUTION-BUSY while it is being undone.
   */
  undo(request: { incident: string; by: string; force?: boolean }): Promise<Execution>;
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
  readonly approvals: ApprovalPolicy;
  /** What is known of a node, for approval policies that ask for owner or sensitivity. */
  readonly asset: (id: NodeId) => ApprovalQuestion['target'] | Promise<ApprovalQuestion['target']>;
  readonly seal: Seal;
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
  let worker: Worker | undefined;

  async function view(execution: string): Promise<Execution> {
    const row = await store.get(execution);
    if (row === null) throw new FirebreakError('FB-NOT-FOUND', `There is no execution ${execution}.`);
    return executionView(row);
  }

  function record(tx: Tx, row: { incident: string; by: string }, kind: string, body: Record<string, unknown>) {
    return recordEvidence({ store, ledger }, tx, [{ incident: row.incident, actor: row.by, kind, body }]);
  }

  return {
    async start({ incident, plan, by }) {
      const made = containment(plan, { incident, by, at: clock.now() }, actions, await parts.estate());
      const execution = await store.transaction(async (tx) => {
        const latest = (await store.lockIncident(tx, incident)).at(-1);
        if (latest !== undefined && standsFor(latest, made.planDigest)) return latest.id;
        if (latest?.state === 'running') {
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
        });
        return made.id;
      });
      worker?.wake();
      return view(execution);
    },

    async approve({ incident, digest, steps, by, role }) {
      const execution = await store.transaction(async (tx) => {
        const latest = (await store.lockIncident(tx, incident)).at(-1);
        if (latest === undefined || latest.direction === 'undo') {
          throw new FirebreakError('FB-NOT-FOUND', 'Nothing of this incident waits for approval.');
        }
        if (latest.planDigest !== digest) {
          throw new FirebreakError('FB-APPROVAL-DIGEST', `What waits for approval is the plan ${latest.planDigest}.`);
        }
        const rows = chosenRows(latest, steps);
        const lacking = rows.filter(({ approvals, approvalsNeeded }) => approvals.length < approvalsNeeded);
        const open = lacking.filter(({ approvals }) => approvals.every((approval) => approval.by !== by));
        if (lacking.length > 0 && open.length === 0) {
          throw new FirebreakError('FB-APPROVAL-SECOND-PERSON', `${by} has approved already; another person must.`);
        }
        if (open.length === 0) return latest.id;
        const decisions = await mayApprove(parts, latest, open, { name: by, role });
        await store.approve(tx, { execution: latest.id, steps: open.map((row) => row.id), by, at: clock.now() });
        await record(tx, { incident, by }, 'plan.approved', {
          execution: latest.id,
          plan: digest,
          steps: open.map(({ plan }) => plan?.id),
          policy: { digest: parts.approvals.digest, decisions },
        });
        return latest.id;
      });
      worker?.wake();
      return view(execution);
    },

    async undo({ incident, by, force = false }) {
      const execution = await store.transaction(async (tx) => {
        const executions = await store.lockIncident(tx, incident);
        const latest = executions.at(-1);
        if (latest === undefined) throw new FirebreakError('FB-NOT-FOUND', 'The incident has no execution.');
        if (latest.direction === 'undo' && latest.state === 'running') {
          throw new FirebreakError('FB-EXECUTION-BUSY', `Execution ${latest.id} is undoing it.`);
        }
        const made = undoOf(executions, { incident, by, at: clock.now(), force });
        await store.stop(tx, latest.id);
        await store.create(tx, made);
        await record(tx, { incident, by }, 'undo.requested', {
          execution: made.id,
          force,
          steps: made.steps.map(({ plan }) => plan?.id),
        });
        return made.id;
      });
      worker?.wake();
      return view(execution);
    },

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
          steps.push({ stepId, title, changes: action.preview(params, before), problem: null });
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
      return row === null ? null : executionView(row);
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
        id,
        concurrency: parts.concurrency ?? 8,
        actions,
        prove: parts.prove,
        now: () => clock.now(),
        onTrouble: parts.onTrouble ?? (() => undefined),
      });
    },
    wake: () => worker?.wake(),
    async close() {
      await worker?.stop();
      worker = undefined;
    },
  };
}

/** Whether starting this plan again means the execution that there is. */
function standsFor(latest: ExecutionRow, digest: string): boolean {
  return latest.direction === 'contain' && latest.planDigest === digest && latest.state !== 'stopped';
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
