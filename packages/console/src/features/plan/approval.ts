import type { Execution, Incident, StepRun } from '@firebreak/contract/incident';
import type { Plan, PlanStep } from '@firebreak/contract/plan';

/** Approvals that a step has and needs, and whether one of them is this person's. */
export interface StepApproval {
  readonly given: number;
  readonly needed: number;
  readonly mine: boolean;
}

export function approvalOf(step: PlanStep, run: StepRun | undefined, me: string): StepApproval {
  const by = new Set(run?.approvals.map((approval) => approval.by));
  return { given: by.size, needed: run?.approvalsNeeded ?? step.approvals, mine: by.has(me) };
}

/**
 * The execution, when it is what became of this plan. The digest alone does not tell: the same estate gives the same plan
 * again, so a new plan after an undo can have the digest of the one that was undone. An incident that is only planned has
 * nothing running but what waits for approval.
 */
export function ownExecution(incident: Incident, plan: Plan, execution: Execution | null): Execution | null {
  if (execution === null || execution.planDigest !== plan.digest) return null;
  return incident.state === 'planned' && execution.state !== 'waiting-approval' ? null : execution;
}

/** The run of each plan step. */
export function runsOf(execution: Execution | null): ReadonlyMap<string, StepRun> {
  return new Map(execution?.steps.map((run) => [run.stepId, run]));
}

/** Steps that this person can still approve: not enough approvals yet, and none of them theirs. */
export function approvable(plan: Plan, execution: Execution | null, me: string): readonly PlanStep[] {
  const runs = runsOf(execution);
  return plan.steps.filter((step) => {
    const { given, needed, mine } = approvalOf(step, runs.get(step.id), me);
    return given < needed && !mine;
  });
}

/** True when every step that lacks approvals already has this person's. */
export function waitsForOthers(execution: Execution, me: string): boolean {
  const lacking = execution.steps.filter((run) => run.approvals.length < run.approvalsNeeded);
  return lacking.length > 0 && lacking.every((run) => run.approvals.some(({ by }) => by === me));
}

/**
 * Steps that a chosen step waits for and that are neither chosen nor approved: choosing part of a plan must not look as if
 * that part could run alone.
 */
export function missingBefore(
  plan: Plan,
  execution: Execution | null,
  chosen: ReadonlySet<string>,
): readonly PlanStep[] {
  const runs = runsOf(execution);
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  const missing = new Set<PlanStep>();
  const open = [...chosen];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const before of byId.get(id)?.after ?? []) {
      const step = byId.get(before);
      if (step === undefined || chosen.has(before) || missing.has(step)) continue;
      const run = runs.get(before);
      if (run !== undefined && run.approvals.length >= run.approvalsNeeded) continue;
      missing.add(step);
      open.push(before);
    }
  }
  return plan.steps.filter((step) => missing.has(step));
}
