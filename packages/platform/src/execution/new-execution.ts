/** From what people decided to rows of work: a plan becomes a containment, what it did becomes its undo. */
import {
  type AnyAction,
  type Estate,
  FirebreakError,
  type Plan,
  planSchema,
  type WatchMode,
} from '@firebreak/contract';
import { newId } from '../kernel/id.ts';
import { planDigest } from '../planning/plan-digest.ts';
import { actionOf } from './end-of-execution.ts';
import type { ExecutionRow, NewExecution, NewStep, StepRow } from './store.ts';

/**
 * Rows for every step in the plan's order, and the proof behind them.
 *
 * The plan may have travelled through a file, so what it says about itself is checked here: its digest, its actions and
 * parameters, that each step comes after those it names, that evidence comes first, and who has to approve. How drastic a
 * step is is asked of the action again; a plan can ask for more approvals than that, never for fewer.
 *
 * @throws FirebreakError FB-PLAN-INVALID
 */
export function containment(
  given: Plan,
  about: { incident: string; by: string; at: Date; lease?: LeaseWish | undefined; watch?: WatchMode | undefined },
  actions: ReadonlyMap<string, AnyAction>,
  estate: Estate,
): NewExecution {
  const plan = checkedPlan(given, actions);
  const { lease = {} } = about;
  const unknown = Object.keys(lease.steps ?? {}).find((id) => plan.steps.every((step) => step.id !== id));
  if (unknown !== undefined) throw new FirebreakError('FB-USAGE', `The plan has no step ${unknown}.`);
  const steps = plan.steps.map((step, at): NewStep => {
    const action = actionOf(actions, step.lever.action);
    const drastic = action.drastic(action.params.parse(step.lever.params), estate);
    return {
      id: newId('stp'),
      ordinal: at + 1,
      plan: step,
      state: 'waiting',
      approvalsNeeded: Math.max(1, step.approvals, step.drastic || drastic ? 2 : 1),
      undoes: null,
      reasserts: null,
      leaseMs: lease.steps?.[step.id] ?? null,
    };
  });
  return {
    id: newId('exe'),
    incident: about.incident,
    planDigest: plan.digest,
    direction: 'contain',
    state: steps.length === 0 ? 'running' : 'waiting-approval',
    force: false,
    merge: false,
    partial: false,
    leaseMs: lease.ms ?? null,
    watch: about.watch ?? 'alarm',
    createdAt: about.at,
    createdBy: about.by,
    steps: [...steps, proofRow(steps.length + 1)],
  };
}

/** Rows that do reverted steps again, as they were approved, and prove the whole again; to be put behind the last row. */
export function reassertion(execution: ExecutionRow, reverted: readonly StepRow[]): readonly NewStep[] {
  const last = Math.max(...execution.steps.map(({ ordinal }) => ordinal));
  const steps = reverted.map(
    (row, at): NewStep => ({
      id: newId('stp'),
      ordinal: last + at + 1,
      plan: row.plan,
      state: 'waiting',
      approvalsNeeded: 0,
      undoes: null,
      reasserts: row.reasserts ?? row.id,
      leaseMs: null,
    }),
  );
  return [...steps, proofRow(last + steps.length + 1)];
}

function proofRow(ordinal: number): NewStep {
  return {
    id: newId('stp'),
    ordinal,
    plan: null,
    state: 'waiting',
    approvalsNeeded: 0,
    undoes: null,
    reasserts: null,
    leaseMs: null,
  };
}

/** How long things stand by themselves, in ms: the whole, and single steps by their ids. */
export interface LeaseWish {
  readonly ms?: number | undefined;
  readonly steps?: Readonly<Record<string, number>> | undefined;
}

/** @throws FirebreakError FB-PLAN-INVALID */
export function checkedPlan(given: Plan, actions: ReadonlyMap<string, AnyAction>): Plan {
  const parsed = planSchema.safeParse(given);
  if (!parsed.success) throw invalid(`it is not of the form of a plan: ${parsed.error.issues[0]?.message}`);
  const plan = parsed.data;
  if (planDigest(plan) !== plan.digest) throw invalid('its digest is not that of its content');
  const before = new Set<string>();
  let evidenceOver = false;
  plan.steps.forEach((step, at) => {
    if (step.ordinal !== at + 1 || before.has(step.id)) throw invalid(`step ${step.id} is out of order`);
    if (step.after.some((id) => !before.has(id))) throw invalid(`step ${step.id} comes before one that it needs`);
    if (step.stage === 'evidence' && evidenceOver) throw invalid(`step ${step.id} takes evidence too late`);
    evidenceOver ||= step.stage !== 'evidence';
    before.add(step.id);
    const action = actionOf(actions, step.lever.action);
    const params = action.params.safeParse(step.lever.params);
    if (!params.success) throw invalid(`the parameters of step ${step.id} do not fit its action`);
  });
  return plan;
}

/**
 * Rows of which something may stand: containments may have changed it and no undo has brought it back, oldest first. A row that
 * did another again is not among them: that one's way back leads through it.
 */
export function standingOf(executions: readonly ExecutionRow[]): readonly StepRow[] {
  const rows = executions.flatMap(({ steps }) => steps);
  const back = new Set(
    rows.filter(({ undoes, state }) => undoes !== null && state === 'undone').map((row) => row.undoes),
  );
  return rows.filter(
    (row) =>
      row.plan !== null &&
      row.undoes === null &&
      row.reasserts === null &&
      (mayHaveChanged(row) || isUnderWay(row)) &&
      !back.has(row.id),
  );
}

/**
 * Rows that take back what stands: newest execution first, last step first.
 *
 * @param only ids of the rows to take back; all when absent
 */
export function undoOf(
  executions: readonly ExecutionRow[],
  about: { incident: string; by: string; at: Date; force: boolean; merge: boolean },
  only?: ReadonlySet<string>,
): NewExecution {
  const all = standingOf(executions);
  const standing = only === undefined ? [...all] : all.filter(({ id }) => only.has(id));
  return {
    id: newId('exe'),
    incident: about.incident,
    planDigest: executions.findLast(({ direction }) => direction === 'contain')?.planDigest ?? '',
    direction: 'undo',
    state: standing.length === 0 ? 'undone' : 'running',
    force: about.force,
    merge: about.merge,
    partial: standing.length < all.length,
    leaseMs: null,
    watch: 'alarm',
    createdAt: about.at,
    createdBy: about.by,
    steps: standing.reverse().map((row, at) => ({
      id: newId('stp'),
      ordinal: at + 1,
      plan: row.plan,
      state: 'undo-ready',
      approvalsNeeded: 0,
      undoes: row.id,
      reasserts: null,
      leaseMs: null,
    })),
  };
}

/** An attempt went through, or may have, and there was something to change. */
export function mayHaveChanged({ before, after, intended, uncertain, changes }: StepRow): boolean {
  return before !== null && (after !== null || intended || uncertain) && changes.length > 0;
}

/** A worker may be at it: what it leaves shows when the undo comes to it. */
function isUnderWay({ state }: StepRow): boolean {
  return state === 'reading' || state === 'applying' || state === 'verifying';
}

function invalid(why: string): FirebreakError {
  return new FirebreakError('FB-PLAN-INVALID', `The plan cannot be run: ${why}.`);
}
