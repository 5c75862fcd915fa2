/** Every delivery channel's head beside what was approved: what moved since T, and who says so. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { findingSeverities } from '../finding.ts';

/**
 * The state of one channel: a branch's commit, a tag's digest, an alias's version, a workflow file's digest, the revision that a
 * delivery controller follows. `value` identifies what is delivered, to the letter.
 */
export const channelHeadSchema = z.object({
  /** Id of the fact or node that has the head. */
  channel: z.string(),
  kind: z.enum(['branch', 'workflow', 'tag', 'alias', 'delivery', 'model-version']),
  /** What it delivers now; null where its system does not say. */
  value: z.string().nullable(),
  /** What it follows, for people: `main`, `1.4`, `champion`. */
  name: z.string(),
});
export type ChannelHead = z.infer<typeof channelHeadSchema>;

export const channelBaselineSchema = z.object({
  channel: z.string().max(2000),
  /** What was approved. */
  value: z.string().max(500),
  by: z.string().max(200),
  at: z.string().max(40),
  /** After that it counts no more. */
  until: z.string().max(40),
  note: z.string().max(2000),
});
export type ChannelBaseline = z.infer<typeof channelBaselineSchema>;

/**
 * `as-approved`; `moved`: it delivers something else than was approved; `changed`: nobody approved anything, and it is not what it was
 * at T; `not-approved`: nobody approved anything, and it is as it was; `expired`: what was approved counts no more; `cannot-tell`.
 */
export const channelAuditStates = [
  'moved',
  'changed',
  'cannot-tell',
  'expired',
  'not-approved',
  'as-approved',
] as const;

export const channelAuditSchema = z.object({
  since: z.string(),
  at: z.string(),
  rows: z.array(
    channelHeadSchema.extend({
      state: z.enum(channelAuditStates),
      severity: z.enum(findingSeverities),
      approved: channelBaselineSchema.nullable(),
      /** What it delivered at T, where the estate was recorded; null where not. */
      before: z.string().nullable(),
      /** Signature and review of what it delivers, as far as its system tells. */
      signature: z.enum(['verified', 'host-says', 'refused', 'none', 'limited']).nullable(),
      why: z.string(),
      next: z.string(),
    }),
  ),
  counts: z.record(z.enum(channelAuditStates), z.number()),
  completeness: completenessSchema,
});
export type ChannelAudit = z.infer<typeof channelAuditSchema>;
