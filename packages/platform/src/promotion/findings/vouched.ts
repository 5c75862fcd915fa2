/**
 * What another gate found, which saw the files: a decision's record as an in-toto statement of our own predicate, signed by a gate
 * that the trust file lets vouch. Only what it found is taken, never what it decided: policies, incidents and approvals are ours.
 */
import {
  inTotoStatementType,
  type PromotionFindings,
  type PromotionRecord,
  type PromotionRequest,
  promotionFindingsSchema,
  promotionRequestSchema,
} from '@firebreak/contract';
import { z } from 'zod';
import type { JudgedStatement } from '../attestations/envelope.ts';
import { attestedOf, type SignedStatement } from './attested.ts';

const promotionType = 'https://firebreak.dev/promotion/v1';

const predicateSchema = z.object({ request: promotionRequestSchema, findings: promotionFindingsSchema });

/** The statement about a decision, to be signed. */
export function promotionStatement({ decision, findings }: PromotionRecord): object {
  const { request } = decision;
  const sha256 = request.subject.digest?.slice('sha256:'.length) ?? '';
  return {
    _type: inTotoStatementType,
    subject: [{ name: request.subject.name, digest: { sha256 } }],
    predicateType: promotionType,
    predicate: { request, findings },
  };
}

/** The latest findings about this digest. */
export function vouchedFor(
  { subject }: PromotionRequest,
  statements: readonly JudgedStatement[],
): PromotionFindings | undefined {
  const { signed } = attestedOf(statements, subject, [promotionType], 'vouch');
  const read = signed.flatMap(({ statement }) => predicateSchema.safeParse(statement.predicate).data ?? []);
  return read.toSorted((a, b) => Date.parse(b.request.at) - Date.parse(a.request.at))[0]?.findings;
}

/** Which digest a gate found at an address; undefined where this statement is about something else. */
export function digestVouchedFor(name: string, { statement, signer }: SignedStatement): string | undefined {
  if (statement.predicateType !== promotionType || !signer.may.includes('vouch')) return undefined;
  const read = predicateSchema.safeParse(statement.predicate);
  return read.success && read.data.request.subject.name === name ? read.data.request.subject.digest : undefined;
}
