import { z } from 'zod';
import { executionSchema, roleSchema } from '../incident.ts';

/** A link that was just made; its text is shown once. */
export const madeLinkSchema = z.object({
  id: z.string(),
  /** Path and fragment; the secret is behind the `#` and never in a request's address. */
  link: z.string(),
  person: z.string(),
  digest: z.string(),
  /** Ids of steps; null for all that the person can approve. */
  steps: z.array(z.string()).nullable(),
  expiresAt: z.string(),
});
export type MadeLink = z.infer<typeof madeLinkSchema>;

/** What a link would approve, for whoever holds it. */
export const shownLinkSchema = z.object({
  incident: z.object({ id: z.string(), title: z.string(), note: z.string() }),
  person: z.string(),
  madeBy: z.string(),
  expiresAt: z.string(),
  digest: z.string(),
  steps: z.array(
    z.object({
      id: z.string(),
      ordinal: z.number(),
      title: z.string(),
      why: z.string(),
      drastic: z.boolean(),
      interrupts: z.array(z.string()),
      undo: z.string(),
      approvals: z.number(),
      approvalsNeeded: z.number(),
    }),
  ),
});
export type ShownLink = z.infer<typeof shownLinkSchema>;

export const usedLinkSchema = z.object({ incident: z.string(), state: executionSchema.shape.state });

export const breakGlassVerdicts = ['justified', 'not-justified'] as const;

/** An approval against the policy, and whether somebody else has signed it off. */
export const breakGlassSchema = z.object({
  id: z.string(),
  incident: z.string(),
  planDigest: z.string(),
  /** Ids of the steps that were approved. */
  steps: z.array(z.string()),
  by: z.string(),
  role: roleSchema,
  at: z.string(),
  reason: z.string(),
  /** What the policy said against it. */
  refused: z.array(z.string()),
  review: z
    .object({ verdict: z.enum(breakGlassVerdicts), by: z.string(), at: z.string(), note: z.string() })
    .nullable(),
});
export type BreakGlass = z.infer<typeof breakGlassSchema>;
