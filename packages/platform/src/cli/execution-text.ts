import type { Execution, StepRun } from '@firebreak/contract';
import { bold, green, joined, type Shown, show, yellow } from './shown.ts';

/** An execution as a person reads it: each step with its state and what its probes showed. */
export function describeExecution({ steps, proof, state, incident }: Execution): Shown {
  return joined([
    ...steps.map(describeStep),
    ...(proof === null ? [] : [show`proof: ${proof.detail}`]),
    show`${bold(state)}  incident ${incident}`,
  ]);
}

function describeStep({ ordinal, state, title, reason, probes, approvals, approvalsNeeded }: StepRun): Shown {
  const good = state === 'done' || state === 'undone';
  return joined([
    show`${String(ordinal).padStart(3)}. ${good ? green(state) : yellow(state)}  ${title}`,
    ...(state === 'waiting' && approvals.length < approvalsNeeded
      ? [show`       ${approvals.length} of ${approvalsNeeded} approvals`]
      : []),
    ...(reason === null ? [] : [show`       ${reason}`]),
    ...probes.map(({ result, what, evidence }) => show`       ${result.padEnd(11)} ${what}: ${evidence}`),
  ]);
}
