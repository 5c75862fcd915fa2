/**
 * One person's approval of some steps, within the transaction that holds the incident: the policy is asked, or glass is
 * broken; the approval is written down with what it rests on; what has all its approvals now may begin.
 */
import { FirebreakError, type Role } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { recordEvidence } from '../journal.ts';
import type { ExecutionRow, ExecutionStore, StepRow } from '../store.ts';
import type { Authority } from './authority.ts';
import { breakGlass } from './break-glass.ts';
import { type Asked, mayApprove } from './may-approve.ts';

export interface ApprovalGiven {
  readonly by: string;
  readonly role: Role;
  /** Who made the link that it comes by, where that is somebody else. */
  readonly vouchedBy?: string | undefined;
  /** Id of the link that it comes by; it is used up with it. */
  readonly link?: string | undefined;
  /** Approve although the policy does not permit it. */
  readonly breakGlass?: { readonly reason: string } | undefined;
}

export interface GivingParts<Tx> extends Asked {
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly authority: Authority<Tx>;
  readonly clock: Clock;
}

/** Steps of these that the person can add an approval to: that lack one, and have none of theirs. */
export function stillOpen(rows: readonly StepRow[], { by, vouchedBy }: ApprovalGiven) {
  const lacking = rows.filter(({ approvals, approvalsNeeded }) => approvals.length < approvalsNeeded);
  const people = new Set([by, vouchedBy ?? by].map((name) => name.toLowerCase()));
  const theirs = ({ by: one, vouched = one }: StepRow['approvals'][number]) =>
    people.has(one.toLowerCase()) || people.has(vouched.toLowerCase());
  return { lacking, open: lacking.filter(({ approvals }) => !approvals.some(theirs)) };
}

/**
 * Uses up the link that an approval comes by, also when there is nothing left to approve with it.
 *
 * @throws FirebreakError FB-APPROVAL-LINK-USED
 */
export async function spendLink<Tx>(
  { authority, clock }: Pick<GivingParts<Tx>, 'authority' | 'clock'>,
  tx: Tx,
  { link }: ApprovalGiven,
): Promise<void> {
  if (link !== undefined && !(await authority.approvals.useLink(tx, link, clock.now())))
    throw new FirebreakError('FB-APPROVAL-LINK-USED', 'It was used at this very moment.');
}

/** @throws FirebreakError FB-APPROVAL-REFUSED, FB-BREAK-GLASS-LIMIT */
export async function giveApproval<Tx>(
  parts: GivingParts<Tx>,
  tx: Tx,
  execution: ExecutionRow,
  rows: readonly StepRow[],
  given: ApprovalGiven,
): Promise<void> {
  const { store, ledger, authority, approvals: policy, clock } = parts;
  const { by, link, vouchedBy: vouched } = given;
  const at = clock.now();
  const { incident, planDigest } = execution;
  const record = (kind: string, body: Record<string, unknown>) =>
    recordEvidence({ store, ledger }, tx, [{ incident, actor: by, kind, body }]);
  const steps = rows.flatMap(({ plan }) => (plan === null ? [] : [plan.id]));

  const basis = await basisOf(parts, tx, execution, rows, given, at);
  if (basis.broken !== undefined) {
    const { id, reason, refused, role } = basis.broken;
    await record('approval.break-glass', { breakGlass: id, plan: planDigest, steps, role, reason, refused });
  }

  const ids = rows.map(({ id }) => id);
  await store.approve(tx, { execution: execution.id, steps: ids, by, at });
  await authority.approvals.mark(tx, ids, by, { vouched, breakGlass: basis.broken?.id });
  const approved = rows.map((row) => ({ ...row, approvals: [...row.approvals, { by, at: at.toISOString() }] }));
  const until = await authority.grant(tx, execution, approved);
  await record('plan.approved', {
    execution: execution.id,
    plan: planDigest,
    steps,
    policy: { digest: policy.digest, decisions: basis.decisions },
    ...(basis.broken === undefined ? {} : { breakGlass: basis.broken.id }),
    ...(link === undefined ? {} : { link }),
    ...(vouched === undefined ? {} : { vouched }),
    until,
  });
}

/** What the approval rests on: the policies that permit it, or a broken glass. */
async function basisOf<Tx>(
  parts: GivingParts<Tx>,
  tx: Tx,
  execution: ExecutionRow,
  rows: readonly StepRow[],
  { by, role, breakGlass: wanted }: ApprovalGiven,
  at: Date,
) {
  try {
    return { decisions: await mayApprove(parts, execution, rows, { name: by, role }), broken: undefined };
  } catch (error) {
    if (wanted === undefined || !(error instanceof FirebreakError) || error.code !== 'FB-APPROVAL-REFUSED') throw error;
    const { incident, planDigest } = execution;
    const steps = rows.flatMap(({ plan }) => (plan === null ? [] : [plan.id]));
    const refused = (error.detail?.refused as readonly string[] | undefined) ?? [error.why];
    const breaking = { incident, planDigest, steps, by, role, reason: wanted.reason, refused };
    return { decisions: {}, broken: await breakGlass(parts.authority.approvals, tx, breaking, at) };
  }
}
