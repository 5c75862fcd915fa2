/** An execution as people see it: the proof row is not a step, and `ready` follows from approvals and order. */
import type { Execution, StepRun } from '@firebreak/contract';
import type { ExecutionRow, StepRow } from './store.ts';

export function executionView(row: ExecutionRow): Execution {
  return {
    id: row.id,
    incident: row.incident,
    planDigest: row.planDigest,
    direction: row.direction,
    state: row.state,
    steps: row.steps.flatMap((step) => (step.plan === null ? [] : [stepView(step, step.plan, row)])),
    proof: row.proof,
  };
}

function stepView(step: StepRow, plan: NonNullable<StepRow['plan']>, { cursor, state }: ExecutionRow): StepRun {
  const isNext = state === 'running' && step.state === 'waiting' && step.ordinal === cursor;
  return {
    stepId: plan.id,
    ordinal: step.ordinal,
    title: plan.title,
    action: plan.lever.action,
    stage: plan.stage,
    target: plan.target,
    state: isNext ? 'ready' : step.state,
    approvals: [...step.approvals],
    approvalsNeeded: step.approvalsNeeded,
    attempt: step.attempt,
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    changes: [...step.changes],
    probes: [...step.probes],
    reason: step.reason,
    undo: plan.reversal.how,
  };
}
