/**
 * What says that something may come back after an incident: an in-toto Statement v1 about the artifacts that return, by digest,
 * with a predicate of our own, in a DSSE envelope signed with a key on P-256 or with the ledger's Ed25519 key. The recovery board
 * makes it when it is complete; the promotion gate demands it. What must stay true: it says nothing of an artifact that it does not
 * name by digest, and it is worth nothing until its signature was checked against a key that somebody trusts.
 */
import { z } from 'zod';

export const inTotoStatementType = 'https://in-toto.io/Statement/v1';
export const inTotoMediaType = 'application/vnd.in-toto+json';
export const recoveryPredicateType = 'https://firebreak.dev/recovery/v1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1).max(500);
const moment = z.iso.datetime({ offset: true });

/** The thing that returns: name for people, digest for machines. */
export const attestedSubjectSchema = z.object({
  name: z.string().max(2000),
  /** Algorithm → hex. Of a model that was signed: SHA-256 over the digests of its files; of an image: of its manifest. */
  digest: z.record(z.string().max(40), z.string().regex(/^[0-9a-f]{32,128}$/)),
});
export type AttestedSubject = z.infer<typeof attestedSubjectSchema>;

export const recoveryPredicateSchema = z.object({
  incident: text,
  /** SHA-256 (hex) of the canonical JSON (RFC 8785) of the recovery board at the moment of sign-off. */
  board: z.object({ sha256 }),
  /** Every item of the board, none left out. */
  steps: z
    .array(
      z.object({
        id: text,
        title: z.string().max(500),
        state: z.enum(['done', 'not-applicable']),
        /** When it was done, or said not to apply. */
        at: moment,
        /** Who did it or vouches for it. */
        by: text,
        /** What shows it: a ledger entry, a probe; for people. */
        proof: z.string().max(2000).optional(),
      }),
    )
    .min(1)
    .max(10_000),
  signedOffBy: z
    .array(z.object({ name: text, role: text, at: moment }))
    .min(1)
    .max(100),
  at: moment,
});
export type RecoveryPredicate = z.infer<typeof recoveryPredicateSchema>;

export const recoveryStatementSchema = z.object({
  _type: z.literal(inTotoStatementType),
  subject: z.array(attestedSubjectSchema).min(1).max(1000),
  predicateType: z.literal(recoveryPredicateType),
  predicate: recoveryPredicateSchema,
});
export type RecoveryStatement = z.infer<typeof recoveryStatementSchema>;

/** The statement to sign: `promotion/attestations/envelope.ts` signs it (`signStatement`) and reads it back. */
export function recoveryStatement(
  subject: readonly AttestedSubject[],
  predicate: RecoveryPredicate,
): RecoveryStatement {
  return recoveryStatementSchema.parse({
    _type: inTotoStatementType,
    subject: [...subject],
    predicateType: recoveryPredicateType,
    predicate,
  });
}
