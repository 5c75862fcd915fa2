/** The ways out of a server, and whether others hear what they were promised. */
import { z } from 'zod';

export const outletStateSchema = z.object({
  outlet: z.string(),
  kind: z.string(),
  /** Messages since the server started. */
  told: z.number(),
  refused: z.number(),
  lastTold: z.string().nullable(),
  /** What stands in the way now: what comes after waits. */
  trouble: z.object({ why: z.string(), since: z.string(), attempts: z.number() }).nullable(),
  /** What the other side will never take, the newest first. */
  refusals: z.array(z.object({ message: z.string(), why: z.string(), at: z.string() })),
});
export type OutletState = z.infer<typeof outletStateSchema>;

/** Forms in which an incident leaves as one file. */
export const exportForms = ['ocsf', 'stix'] as const;
export type ExportForm = (typeof exportForms)[number];
