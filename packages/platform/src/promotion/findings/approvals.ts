/** Who approved this digest for this stage: in the ledger, or by a signed statement of our own predicate. */
import type { PromotionFindings, PromotionRequest } from '@firebreak/contract';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import { absent, attestedOf } from './attested.ts';

export const approvalType = 'https://firebreak.dev/approval/v1';

/** An approval that the ledger keeps. */
export interface LedgerApproval {
  readonly by: string;
  readonly role: string;
}

const predicateSchema = z.object({
  stage: z.string().max(200),
  at: z.iso.datetime({ offset: true }),
  /** After that it counts no more. */
  until: z.iso.datetime({ offset: true }),
});

/** @param inLedger undefined where no ledger was asked */
export function approvalsFinding(
  { subject, stage, at }: PromotionRequest,
  statements: readonly JudgedStatement[],
  inLedger: readonly LedgerApproval[] | undefined,
): PromotionFindings['approvals'] {
  const { signed, passedOver } = attestedOf(statements, subject, [approvalType], 'approve');
  const bySignature = signed.flatMap(({ statement, signer }) => {
    const read = predicateSchema.safeParse(statement.predicate);
    const why = !read.success
      ? 'One is not of the form of an approval.'
      : read.data.stage !== stage
        ? `${printable(signer.name)} approved it for ${printable(read.data.stage)}.`
        : Date.parse(read.data.until) < Date.parse(at)
          ? `The approval of ${printable(signer.name)} has ended.`
          : undefined;
    if (why === undefined) return [{ by: signer.name, role: signer.role, how: 'signed' as const }];
    passedOver.push(why);
    return [];
  });
  const given = [...(inLedger ?? []).map(({ by, role }) => ({ by, role, how: 'ledger' as const })), ...bySignature];
  if (given.length === 0 && inLedger === undefined)
    return {
      state: 'unread',
      why: `No ledger was asked for approvals. ${passedOver.join(' ')}`.trim(),
      next: 'Give --server and a token, or signed approvals with --attestation.',
    };
  if (given.length === 0) return absent(`approval for ${stage}`, passedOver, '');
  return {
    state: 'read',
    given,
    why: `Approved by ${printable(given.map(({ by, role }) => `${by} (${role})`).join(', '))}.`,
    next: '',
  };
}
