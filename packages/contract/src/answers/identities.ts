import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';
import { tenureSchema } from './inventory.ts';

export const identityFindings = [
  'stale',
  'unused',
  'unattached',
  'expired',
  'shared',
  'several-functions',
  'static',
  'standing',
  'outlives-workload',
] as const;

/** One machine identity or credential. */
export const identityRowSchema = nodeRefSchema.extend({
  class: z.string(),
  owner: z.string().optional(),
  tenure: tenureSchema.optional(),
  /** Whole days, down; absent where nobody knows. `idle` is absent as well for what was never used: see `tenure.lastUsed`. */
  days: z.object({ age: z.number().optional(), idle: z.number().optional(), left: z.number().optional() }),
  /** The workloads, agents, models and so on that run with it: wholes, not their parts. */
  usedBy: z.array(nodeRefSchema),
  functions: z.array(z.enum(['training', 'inference', 'retrieval', 'agent', 'tool', 'admin'])),
  /** Crown jewels that it reaches, and their impacts added up. */
  reaches: z.number(),
  score: z.number(),
  findings: z.array(z.object({ finding: z.enum(identityFindings), why: z.string() })),
});

/** `firebreak identities --json` */
export const identitiesSchema = z.object({
  now: z.string(),
  identities: z.array(identityRowSchema),
  counts: z.object({
    /** All that were looked at, whatever was asked for. */
    total: z.number(),
    /** Of these, of how many the last use, the age and the expiry are known at all. */
    lastUseKnown: z.number(),
    ageKnown: z.number(),
    expiryKnown: z.number(),
    findings: z.record(z.enum(identityFindings), z.number()),
  }),
  completeness: completenessSchema,
});
export type Identities = z.infer<typeof identitiesSchema>;
export type IdentityRow = z.infer<typeof identityRowSchema>;
export type IdentityFinding = (typeof identityFindings)[number];
