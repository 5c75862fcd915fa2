/** What the gate before a retrain says of new training data: may it be learned from, and on what that judgement stands. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';

/** `hold`: a person must look, or it cannot be told. `not-checked`: what the check needs was not given. */
export const dataVerdicts = ['pass', 'not-checked', 'hold', 'fail'] as const;
export type DataVerdict = (typeof dataVerdicts)[number];

export const dataEvidenceSchema = z.object({
  /** A whole sentence. Names and texts of the data are foreign. */
  what: z.string(),
  /** Of how many rows. */
  rows: z.number(),
  /** Numbers of the first ones in their file, from 1. */
  examples: z.array(z.number()),
});
export type DataEvidence = z.infer<typeof dataEvidenceSchema>;

export const dataCheckSchema = z.object({
  check: z.string(),
  title: z.string(),
  verdict: z.enum(dataVerdicts),
  why: z.string(),
  evidence: z.array(dataEvidenceSchema),
});
export type DataCheckResult = z.infer<typeof dataCheckSchema>;

export const dataGateSchema = z.object({
  kind: z.literal('firebreak/data-gate'),
  /** ISO 8601. */
  at: z.string(),
  verdict: z.enum(['pass', 'hold', 'fail']),
  /** As given: a path or the name of a dataset, with the digest of what was judged. */
  candidate: z.object({ name: z.string(), sha256: z.string(), rows: z.number() }),
  reference: z.object({ name: z.string(), sha256: z.string(), rows: z.number() }).optional(),
  /** Node of the dataset, where whoever ran the gate named it. */
  dataset: z.string().optional(),
  checks: z.array(dataCheckSchema),
  completeness: completenessSchema,
});
export type DataGate = z.infer<typeof dataGateSchema>;
