import type { Execution, StepRun } from '@firebreak/contract';
import { bold, green, joined, red, type Shown, show, yellow } from './shown.ts';

/** An execution as a person reads it: each step with its state and what its probes showed. */
export function describeExecution({ steps, proof, state, incident, expiresAt, watch }: Execution): Shown {
  return joined([
    ...steps.map(describeStep),
    ...(proof === null ? [] : [show`proof: ${proof.detail}`]),
    ...(expiresAt === undefined ? [] : [show`expires: ${remaining(expiresAt)}`]),
    ...(watch?.note == null ? [] : [show`watch: ${yellow(watch.note)}`]),
    show`${bold(state)}  incident ${incident}`,
  ]);
}

/** "in 3 h 20 min (2026-…)". */
function remaining(at: string): string {
  const minutes = Math.round((Date.parse(at) - Date.now()) / 60_000);
  if (minutes <= 0) return `now (${at})`;
  const hours = Math.floor(minutes / 60);
  return `in ${hours === 0 ? '' : `${hours} h `}${minutes % 60} min (${at})`;
}

function describeStep(step: StepRun): Shown {
  const { ordinal, state, title, reason, probes, approvals, approvalsNeeded } = step;
  const { expiresAt, reasserted, reverted, residual, leftovers = [] } = step;
  const good = state === 'done' || state === 'undone';
  return joined([
    show`${String(ordinal).padStart(3)}. ${good ? green(state) : yellow(state)}  ${title}`,
    ...(state === 'waiting' && approvals.length < approvalsNeeded
      ? [show`       ${approvals.length} of ${approvalsNeeded} approvals`]
      : []),
    ...approvals.flatMap(({ by, breakGlass }) =>
      breakGlass === undefined ? [] : [show`       ${red(`approved against the policy by ${by}`)} (${breakGlass})`],
    ),
    ...(reason === null ? [] : [show`       ${reason}`]),
    ...(expiresAt === undefined ? [] : [show`       expires ${remaining(expiresAt)}`]),
    ...(reasserted === undefined ? [] : [show`       done again ${reasserted} times`]),
    ...(reverted === undefined
      ? []
      : [show`       reverted${reverted.by === null ? '' : ` by ${reverted.by}`} ${reverted.at}: ${reverted.what}`]),
    ...leftovers.map(
      ({ is, path, before, ours, now }) =>
        show`       ${is.padEnd(11)} ${path || '/'}: before ${before ?? 'absent'}, ours ${ours ?? 'absent'}, now ${now ?? 'absent'}`,
    ),
    ...(residual === undefined
      ? []
      : [show`       then ${residual.reachable ?? '?'} protected reachable: ${residual.detail}`]),
    ...probes.map(({ result, what, evidence }) => show`       ${result.padEnd(11)} ${what}: ${evidence}`),
  ]);
}
