/**
 * The undo of one step: bring back the recorded before-state, unless somebody changed the object since.
 *
 * What must stay true:
 *
 * - What counts as "changed since" is the difference to the state that we left, which was read back and recorded then; a
 *   step that was cut off recorded none, and left what its action says it can leave. Other people's work is overwritten only
 *   when the undo was told to (`force`). Told to `merge`, it takes back the fields that nobody else changed, leaves the others as
 *   they are, and is not called undone while a field that both changed is left. Either way each such field is named.
 * - A step that cannot be undone, or is refused, is reported and left; the others go on. Each row restores its own object.
 * - As with the step itself: intent before request, reading before every repetition. What we are about to overwrite is
 *   recorded too.
 */

import type { Leftover } from '@firebreak/contract';
import { entry, readUntil } from './contain-step.ts';
import type { EvidenceEntry } from './journal.ts';
import { type MovedOn, movedOn, type Turn, wayBack } from './moved-on.ts';
import { mayHaveChanged } from './new-execution.ts';
import { sameState, stateBlob } from './recorded-state.ts';
import type { Ending, StepWork } from './step-work.ts';
import type { StepChange, StepRow } from './store.ts';

/** @param again the rows that did the original again, because somebody had reverted it, oldest first */
export async function undoStep(work: StepWork, original: StepRow, again: readonly StepRow[]): Promise<Ending> {
  const { action, params, claim, pace } = work;
  const { step } = claim;
  const { reversal } = action;
  if (original.before === null || !mayHaveChanged(original)) return nothingToUndo(work);
  if (reversal.kind === 'none') return leave(work, 'FB-UNDO-IMPOSSIBLE', reversal.because);
  const turns = await turnsOf(work, original, again);
  const left = turns.at(-1)?.left ?? null;
  const first = wayBack(turns);
  const now = await work.read();
  if (now.result === 'refused') return later(work, now, {});
  const { record } = now.state;
  if (reversal.restored(record, params, first)) return undone(work, record);

  const uncertain = step.uncertain || step.intended;
  const { force, merge } = claim.execution;
  const asWeLeftIt =
    (left === null ? action.inEffect(record, params, first) : sameState(action, params, record, left)) ||
    ((left === null || uncertain) && action.isHalfway?.(record, params, first) === true);
  const moved = asWeLeftIt || left === null ? null : movedOn(action, params, { before: first, left, now: record });
  const goal = merge && !force && moved !== null ? action.before.safeParse(moved.goal) : undefined;
  const merging = goal?.success === true && moved !== null;
  // half of the difference may be an attempt of ours, where an attempt has halves
  const oursPerhaps = uncertain && (action.isHalfway !== undefined || (await isAsOverwritten(work, record)));
  if (!asWeLeftIt && !oursPerhaps && !force && !merging) {
    const because = `It is neither as the step left it nor as it was before.${inWords(moved?.leftovers ?? [])}`;
    return leave(work, 'FB-UNDO-CHANGED', because, { leftovers: moved?.leftovers ?? [] });
  }
  // merged, theirs and the conflicts stay as they are now
  const before: unknown = merging ? goal.data : first;
  if (merging && (!moved.ours || reversal.restored(record, params, before))) return merged(work, record, moved);
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
      return later(work, mergeable(work, outcome), { attempt, intended: false, uncertain });
    case 'unknown':
      return release(work, outcome.reason, { attempt, intended: false, uncertain: true });
    case 'done': {
      const back = await readUntil(work, (read) => reversal.restored(read, params, before));
      if (back.result === 'refused') return later(work, back, { attempt, intended: false, uncertain: true });
      if (reversal.restored(back.state.record, params, before)) {
        return merging ? merged(work, back.state.record, moved) : undone(work, back.state.record, moved?.leftovers);
      }
      const reason = 'It was accepted, but a fresh read does not show the former state.';
      return release(work, reason, { attempt, intended: false, uncertain: true });
    }
  }
}

/** Others came between our look and our request: what nobody else changed is another set now. */
function mergeable<R extends { readonly code: string; readonly retryable: boolean }>(work: StepWork, refusal: R): R {
  return work.claim.execution.merge && refusal.code === 'FB-UNDO-CHANGED' ? { ...refusal, retryable: true } : refusal;
}

function undone(work: StepWork, record: unknown, leftovers: readonly Leftover[] = []): Ending {
  const restored = stateBlob('restored.json', record);
  const named = leftovers.length === 0 ? {} : { leftovers };
  return {
    change: { state: 'undone', intended: false, after: restored.sha256, reason: null, ...named },
    evidence: [entry(work, 'step.undone', { restored: restored.sha256, ...named }, [restored])],
    move: { what: 'next' },
  };
}

/** Ours is taken back. Where others changed the same, that is left to people. */
function merged(work: StepWork, record: unknown, { leftovers }: MovedOn): Ending {
  const conflicts = leftovers.filter(({ is }) => is === 'conflict');
  if (conflicts.length === 0) return undone(work, record, leftovers);
  const because = `What nobody else changed is taken back.${inWords(conflicts)}`;
  return leave(work, 'FB-UNDO-CHANGED', because, { intended: false, leftovers });
}

function inWords(leftovers: readonly Leftover[]): string {
  const conflicts = leftovers.filter(({ is }) => is === 'conflict');
  const [first, ...more] = conflicts.length > 0 ? conflicts : leftovers;
  if (first === undefined) return '';
  const who = first.is === 'conflict' ? 'Others changed what the step changed' : 'Others changed';
  return ` ${who}: ${first.path || 'the whole'}${more.length === 0 ? '' : ` and ${more.length} more`}.`;
}

/** What the step did and what its repetitions did. One that may have sent nothing has no turn. */
async function turnsOf(
  work: StepWork,
  original: StepRow,
  again: readonly StepRow[],
): Promise<readonly [Turn, ...Turn[]]> {
  const turn = async ({ before, after }: StepRow): Promise<Turn> => ({
    before: before === null ? null : await work.recorded(before),
    left: after === null ? null : await work.recorded(after),
  });
  const turns: [Turn, ...Turn[]] = [await turn(original)];
  for (const row of again) if (mayHaveChanged(row)) turns.push(await turn(row));
  return turns;
}

/** An attempt that came to nothing leaves what it found. */
async function isAsOverwritten(work: StepWork, record: unknown): Promise<boolean> {
  const { before } = work.claim.step;
  return before !== null && sameState(work.action, work.params, record, await work.recorded(before));
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
  const { leftovers = [] } = change;
  const named = leftovers.length === 0 ? {} : { leftovers };
  const evidence: EvidenceEntry[] = [entry(work, 'step.undo-refused', { code, because, ...named })];
  return {
    change: { ...change, state: 'undo-refused', reason: `${code}: ${because}` },
    evidence,
    move: { what: 'next' },
  };
}

function later(
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
