/**
 * An execution as people see it: the proof row is not a step, a step that was done again is one step, and `ready` follows from
 * approvals and order.
 */
import type { Execution, StepRun } from '@firebreak/contract';
import { standingRows } from './end-of-execution.ts';
import type { ExecutionRow, StepRow } from './store.ts';

export function executionView(row: ExecutionRow): Execution {
  return {
    id: row.id,
    incident: row.incident,
    planDigest: row.planDigest,
    direction: row.direction,
    state: row.state,
    steps: standingRows(row.steps).flatMap((step) => (step.plan === null ? [] : [stepView(step, step.plan, row)])),
    proof: row.proof,
    ...(row.expiry === null ? {} : { expiresAt: row.expiry.at }),
    ...(row.direction === 'undo'
      ? {}
      : { watch: { mode: row.watch, lookedAt: row.watched?.lookedAt ?? null, note: row.watched?.note ?? null } }),
  };
}

function stepView(step: StepRow, plan: NonNullable<StepRow['plan']>, execution: ExecutionRow): StepRun {
  const { cursor, state } = execution;
  const first = execution.steps.find(({ id }) => id === step.reasserts) ?? step;
  const again = execution.steps.filter(({ reasserts }) => reasserts === first.id).length;
  // the row that was reverted says so until it was done again
  const reverted = step.reverted ?? (step.state === 'done' ? null : first.reverted);
  const isNext = state === 'running' && step.state === 'waiting' && step.ordinal === cursor;
  return {
    stepId: plan.id,
    ordinal: first.ordinal,
    title: plan.title,
    action: plan.lever.action,
    stage: plan.stage,
    target: plan.target,
    state: isNext ? 'ready' : step.state,
    approvals: [...first.approvals],
    approvalsNeeded: first.approvalsNeeded,
    attempt: step.attempt,
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    changes: [...step.changes],
    probes: [...step.probes],
    reason: step.reason,
    undo: plan.reversal.how,
    ...(first.expiry === null ? {} : { expiresAt: first.expiry.at }),
    ...(again === 0 ? {} : { reasserted: again }),
    ...(reverted === null ? {} : { reverted }),
    ...(first.residual === null ? {} : { residual: first.residual }),
    ...(step.leftovers.length === 0 ? {} : { leftovers: [...step.leftovers] }),
  };
}
