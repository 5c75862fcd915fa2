/** The last rows: the proof that ends a containment, and the verdict that ends an undo. */
import { type AnyAction, FirebreakError } from '@firebreak/contract';
import type { Pace } from './pace.ts';
import { type Ending, refusedBy, withDeadline } from './step-work.ts';
import type { Claim, ExecutionRow, Proof } from './store.ts';

/**
 * Collects the estate afresh and says whether anything protected is still reachable for the attacker. `detail` is one or
 * two plain sentences. What it could not read must not count as safe.
 */
export type Prove = (
  about: { readonly incident: string; readonly planDigest: string },
  signal: AbortSignal,
) => Promise<Omit<Proof, 'at'>>;

/** Contained means both: nothing protected is reachable, and every probe of every step held. */
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
  const unproven = steps.flatMap(({ plan, probes }) =>
    probes.filter(({ result }) => result !== 'holds').map((probe) => ({ step: plan?.id, ...probe })),
  );
  const contained = proof.contained && unproven.length === 0;
  return {
    change: { state: 'done', reason: null },
    evidence: [
      {
        kind: contained ? 'incident.contained' : 'incident.not-contained',
        body: { execution: execution.id, proof, unproven },
      },
    ],
    move: { what: 'end', state: contained ? 'contained' : 'done-unproven', proof },
  };
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
