import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

/** A change of one object that takes away what was not used. Never applied by us: it is for its owner to merge. */
export const rightSizeSchema = z.object({
  /** The fact that grants. */
  object: z.string(),
  format: z.enum(['yaml', 'json']),
  /** Unified diff of the object's grant, as it is and as it would do. Empty when the whole object can go. */
  diff: z.string(),
  /** Whether nothing of it was used. */
  remove: z.boolean(),
  /** Other identities that hold the same grant: the change is theirs too. */
  alsoHeldBy: z.array(nodeRefSchema),
});

export const privilegeRowSchema = nodeRefSchema.extend({
  owner: z.string().optional(),
  /** `cannot-tell` where no record of use was read. */
  verdict: z.enum(['right-sized', 'over-granted', 'unused', 'cannot-tell']),
  why: z.string(),
  /** In the words of the system: `get,list secrets in prod`, `s3:*`. */
  granted: z.array(
    z.object({
      what: z.string(),
      object: z.string(),
      used: z.enum(['used', 'partly', 'unused', 'unknown']),
      lastUsed: z.string().optional(),
    }),
  ),
  proposals: z.array(rightSizeSchema),
});
export type PrivilegeRow = z.infer<typeof privilegeRowSchema>;

/** `firebreak privileges --json`: granted versus used. */
export const privilegesSchema = z.object({
  /** Where the record of use comes from; empty when there is none. */
  evidence: z.array(
    z.object({ source: z.string(), from: z.string().optional(), to: z.string().optional(), events: z.number() }),
  ),
  identities: z.array(privilegeRowSchema),
  counts: z.object({
    identities: z.number(),
    overGranted: z.number(),
    unused: z.number(),
    cannotTell: z.number(),
  }),
  completeness: completenessSchema,
});
export type Privileges = z.infer<typeof privilegesSchema>;
