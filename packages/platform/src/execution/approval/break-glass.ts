/**
 * An approval against the policy, for the night in which nobody is there whom it lets. What must stay true:
 *
 * - It overrides who may approve, never how many must, nor what was approved: two persons stay two, a digest stays a digest.
 * - It is loud: a reason is written down before, the log, the events, the status and a banner say it, and it stays open
 *   until somebody else has signed it off.
 * - It is rare: a person, and everybody together, can do it a few times a day.
 */
import { type BreakGlass, FirebreakError } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApprovalStore } from './store.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Times within a day. */
const mostByOne = 3;
const mostByAll = 10;
/** Characters of a reason. */
const leastReason = 20;

export interface Breaking {
  readonly incident: string;
  readonly planDigest: string;
  readonly steps: readonly string[];
  readonly by: string;
  readonly role: BreakGlass['role'];
  readonly reason: string;
  /** What the policy said. */
  readonly refused: readonly string[];
}

/**
 * Writes down that glass is broken, within the approval's transaction.
 *
 * @throws FirebreakError FB-USAGE for a reason that says nothing, FB-BREAK-GLASS-LIMIT
 */
export async function breakGlass<Tx>(
  approvals: ApprovalStore<Tx>,
  tx: Tx,
  { incident, planDigest, steps, by, role, reason, refused }: Breaking,
  at: Date,
): Promise<BreakGlass> {
  if (reason.trim().length < leastReason)
    throw new FirebreakError('FB-USAGE', `A reason of at least ${leastReason} characters is needed to break glass.`);
  const { own, all } = await approvals.breakGlassCount(tx, by, new Date(at.getTime() - dayMs));
  if (own >= mostByOne)
    throw new FirebreakError('FB-BREAK-GLASS-LIMIT', `${by} broke glass ${own} times within a day.`);
  if (all >= mostByAll) throw new FirebreakError('FB-BREAK-GLASS-LIMIT', `Glass was broken ${all} times within a day.`);
  const made = {
    id: newId('brk'),
    incident,
    planDigest,
    steps: [...steps],
    by,
    role,
    at: at.toISOString(),
    reason,
    refused: [...refused],
  };
  await approvals.createBreakGlass(tx, made);
  return { ...made, review: null };
}

export interface BreakGlassReviews {
  /** Newest first. */
  list(): Promise<readonly BreakGlass[]>;
  /**
   * Signs one off; that stands.
   *
   * @throws FirebreakError FB-NOT-FOUND, FB-REVIEW-DECIDED, FB-BREAK-GLASS-OWN for whoever broke it
   */
  review(request: {
    readonly id: string;
    readonly by: string;
    readonly verdict: NonNullable<BreakGlass['review']>['verdict'];
    readonly note: string;
  }): Promise<BreakGlass>;
}

/** More are history; the log has them all. */
const mostListed = 500;

export function createBreakGlassReviews<Tx>(parts: {
  readonly approvals: ApprovalStore<Tx>;
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
}): BreakGlassReviews {
  const { approvals, transaction, ledger, clock } = parts;
  return {
    list: () => approvals.breakGlasses(mostListed),

    async review({ id, by, verdict, note }) {
      const found = await approvals.breakGlass(id);
      if (found === null) throw new FirebreakError('FB-NOT-FOUND', `There is no break-glass ${id}.`);
      if (found.by.toLowerCase() === by.toLowerCase())
        throw new FirebreakError('FB-BREAK-GLASS-OWN', `${by} broke it; somebody else has to sign it off.`);
      const review = { verdict, by, at: clock.now().toISOString(), note };
      await transaction(async (tx) => {
        if (!(await approvals.reviewBreakGlass(tx, id, review)))
          throw new FirebreakError('FB-REVIEW-DECIDED', 'It was signed off before.');
        const body = { breakGlass: id, verdict, note };
        await ledger.append([{ incident: found.incident, kind: 'break-glass.reviewed', actor: by, body }], tx);
      });
      return { ...found, review };
    },
  };
}
