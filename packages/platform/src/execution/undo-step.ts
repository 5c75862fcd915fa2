/**
 * The undo of one step: bring back the recorded before-state, unless somebody changed the object since.
 *
 * What must stay true:
 *
 * - What counts as "changed since" is the difference to the state that we left, which was read back and recorded then; a
 *   step that was cut off recorded none, and left what its action says it can leave. Other people's work is overwritten only
 *   when the undo was told to (`force`).
 * - A step that cannot be undone, or is refused, is reported and left; the others go on. Each row restores its own object.
 * - As with the step itself: intent before request, reading before every repetition. What we are about to overwrite is
 *   recorded too.
 */

import { entry, readUntil } from './contain-step.ts';
import type { EvidenceEntry } from './journal.ts';
import { mayHaveChanged } from './new-execution.ts';
import { sameState, stateBlob } from './recorded-state.ts';
import type { Ending, StepWork } from './step-work.ts';
import type { StepChange, StepRow } from './store.ts';

export async function undoStep(work: StepWork, original: StepRow): Promise<Ending> {
  const { action, params, claim, pace } = work;
  const { step } = claim;
  const { reversal } = action;
  if (original.before === null || !mayHaveChanged(original)) return nothingToUndo(work);
  if (reversal.kind === 'none') return leave(work, 'FB-UNDO-IMPOSSIBLE', reversal.because);
  const before = await work.recorded(original.before);
  const now = await work.read();
  if (now.result === 'refused') return again(work, now, {});
  const { record } = now.state;
  if (reversal.restored(record, params, before)) return undone(work, record);

  // an attempt of ours may be half of the difference
  const uncertain = step.uncertain || step.intended;
  if (!uncertain && !claim.execution.force) {
    const left = original.after === null ? null : await work.recorded(original.after);
    const asWeLeftIt =
      left === null
        ? action.inEffect(record, params, before) || action.isHalfway?.(record, params, before) === true
        : sameState(action, params, record, left);
    if (!asWeLeftIt) {
      return leave(work, 'FB-UNDO-CHANGED', 'It is neither as the step left it nor as it was before.');
    }
  }
  if (step.attempt >= pace.attempts) return leave(work, 'FB-STEP-REFUSED', step.reason ?? 'No attempt came through.');
  const attempt = step.attempt + 1;
  const overwritten = stateBlob('overwritten.json', record);
  await work.record(
    { state: 'undoing', attempt, intended: true, uncertain, before: overwritten.sha256, reason: null },
    [entry(work, 'step.undoing', { attempt, overwritten: overwritten.sha256 }, [overwritten])],
  );
  const outcome = await work.attempt('restore', before);
  switch (outcome.outcome) {
    case 'refused':
      return again(work, outcome, { attempt, intended: false, uncertain });
    case 'unknown':
      return release(work, outcome.reason, { attempt, intended: false, uncertain: true });
    case 'done': {
      const back = await readUntil(work, (read) => reversal.restored(read, params, before));
      if (back.result === 'refused') return again(work, back, { attempt, intended: false, uncertain: true });
      if (reversal.restored(back.state.record, params, before)) return undone(work, back.state.record);
      const reason = 'It was accepted, but a fresh read does not show the former state.';
      return release(work, reason, { attempt, intended: false, uncertain: true });
    }
  }
}

function undone(work: StepWork, record: unknown): Ending {
  const restored = stateBlob('restored.json', record);
  return {
    change: { state: 'undone', intended: false, after: restored.sha256, reason: null },
    evidence: [entry(work, 'step.undone', { restored: restored.sha256 }, [restored])],
    move: { what: 'next' },
  };
}

/** The step was under way when the undo was asked for, and came to nothing. */
function nothingToUndo(work: StepWork): Ending {
  return {
    change: { state: 'undone', reason: 'The step had changed nothing.' },
    evidence: [entry(work, 'step.undone', { changed: false })],
    move: { what: 'next' },
  };
}

function leave(work: StepWork, code: string, because: string, change: StepChange = {}): Ending {
  const evidence: EvidenceEntry[] = [entry(work, 'step.undo-refused', { code, because })];
  return {
    change: { ...change, state: 'undo-refused', reason: `${code}: ${because}` },
    evidence,
    move: { what: 'next' },
  };
}

function again(
  work: StepWork,
  refusal: { readonly code: string; readonly reason: string; readonly retryable: boolean },
  change: StepChange,
): Ending {
  const attempt = change.attempt ?? work.claim.step.attempt + 1;
  if (!refusal.retryable || attempt >= work.pace.attempts) {
    return leave(work, refusal.code, refusal.reason, { ...change, attempt });
  }
  return release(work, `${refusal.code}: ${refusal.reason}`, { ...change, attempt });
}

function release(work: StepWork, reason: string, change: StepChange & { readonly attempt: number }): Ending {
  return {
    change: { ...change, reason },
    evidence: [entry(work, 'step.undo-delayed', { attempt: change.attempt, reason })],
    move: { what: 'release', afterMs: work.pace.backOffMs(change.attempt) },
  };
}
