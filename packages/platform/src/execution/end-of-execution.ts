/** The last rows: the proof that ends a containment, and the verdict that ends an undo. */
import { type AnyAction, FirebreakError } from '@firebreak/contract';
import type { Pace } from './pace.ts';
import { type Ending, refusedBy, withDeadline } from './step-work.ts';
import type { Claim, ExecutionRow, Proof, StepRow } from './store.ts';

/**
 * Collects the estate afresh and says whether anything protected is still reachable for the attacker. `detail` is one or
 * two plain sentences. What it could not read must not count as safe.
 */
export type Prove = (
  about: { readonly incident: string; readonly planDigest: string },
  signal: AbortSignal,
) => Promise<Omit<Proof, 'at'>>;

/**
 * Facts of one fresh collect, on which any number of containments can be judged. What a look of the watch at many incidents
 * costs is one collect.
 */
export type Survey = (signal: AbortSignal) => Promise<Prove>;

/** Rows as they count: of a step that was done again the last time, in the place of the first. */
export function standingRows(steps: ExecutionRow['steps']): ExecutionRow['steps'] {
  const newest = new Map<string, StepRow>();
  for (const row of steps) newest.set(row.reasserts ?? row.id, row);
  return steps.flatMap((row) => (row.reasserts === null ? (newest.get(row.id) ?? row) : []));
}

/** Probes that do not show that their step holds; `contained` is not granted while there is one. */
export function unprovenOf(steps: ExecutionRow['steps']): readonly object[] {
  return standingRows(steps).flatMap(({ plan, probes }) =>
    probes.filter(({ result }) => result !== 'holds').map((probe) => ({ step: plan?.id, ...probe })),
  );
}

/** Contained means all: nothing protected is reachable, every probe of every step held, and no step is reverted. */
export async function endContainment(
  claim: Claim,
  steps: ExecutionRow['steps'],
  options: { prove: Prove; signal: AbortSignal; now: () => Date; pace: Pace },
): Promise<Ending> {
  const { execution, step } = claim;
  let proof: Proof;
  try {
    const found = await withDeadline(options.pace.proofMs, options.signal, (signal) =>
      options.prove(execution, signal),
    );
    proof = { at: options.now().toISOString(), ...found };
  } catch (error) {
    const { code, reason, retryable } = refusedBy(error);
    const attempt = step.attempt + 1;
    if (retryable && attempt < options.pace.attempts) {
      return {
        change: { attempt, reason: `${code}: ${reason}` },
        evidence: [],
        move: { what: 'release', afterMs: options.pace.backOffMs(attempt) },
      };
    }
    const detail = `The proof could not be made: ${code}: ${reason}`;
    proof = { at: options.now().toISOString(), contained: false, reachable: [], detail };
  }
  const unproven = unprovenOf(steps);
  const open = standingRows(steps).filter(({ plan, state }) => plan !== null && state !== 'done');
  const contained = proof.contained && unproven.length === 0 && open.length === 0;
  const again = steps.some(({ reasserts }) => reasserts !== null);
  if (proof.contained && open.length > 0)
    proof = { ...proof, contained: false, detail: `${proof.detail} But ${stepsInWords(open)} not in effect.` };
  return {
    change: { state: 'done', reason: null },
    evidence: [
      {
        kind: contained ? 'incident.contained' : 'incident.not-contained',
        body: { execution: execution.id, proof, unproven },
      },
    ],
    move: { what: 'end', state: contained ? 'contained' : again ? 'not-contained' : 'done-unproven', proof },
  };
}

/** "step 2 is" */
export function stepsInWords(rows: readonly StepRow[]): string {
  const names = rows.map(({ plan }) => `step ${plan?.ordinal} (${plan?.title})`);
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} ${names.length === 1 ? 'is' : 'are'}`;
}

/** What became of an undo whose last row ended in `last`: done when all that can be undone is. */
export function endUndo(
  claim: Claim,
  steps: ExecutionRow['steps'],
  last: Ending,
  actions: ReadonlyMap<string, AnyAction>,
): Ending {
  const states = steps.map((row) => ({
    step: row.plan?.id,
    state: row.id === claim.step.id ? last.change.state : row.state,
    reason: row.id === claim.step.id ? last.change.reason : row.reason,
    irreversible: actions.get(row.plan?.lever.action ?? '')?.reversal.kind === 'none',
  }));
  const left = states.filter(({ state }) => state !== 'undone');
  const done = left.every(({ irreversible }) => irreversible);
  return {
    ...last,
    evidence: [
      ...last.evidence,
      { kind: done ? 'incident.undone' : 'incident.not-undone', body: { execution: claim.execution.id, left } },
    ],
    move: { what: 'end', state: done ? 'undone' : 'stopped' },
  };
}

/** @throws FirebreakError FB-PLAN-INVALID */
export function actionOf(actions: ReadonlyMap<string, AnyAction>, id: string | undefined): AnyAction {
  const action = actions.get(id ?? '');
  if (action === undefined) throw new FirebreakError('FB-PLAN-INVALID', `There is no action ${id}.`);
  return action;
}
