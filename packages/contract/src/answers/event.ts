/** One event as it is kept: as it came, in the one form, and what of the estate it is tied to. */
import { z } from 'zod';
import { normalEventSchema } from '../event.ts';
import { nodeRefSchema } from '../node.ts';

export const keptEventSchema = z.object({
  /** Its place in the order in which events came in. */
  no: z.number(),
  /** ISO 8601, UTC. */
  received: z.string(),
  event: normalEventSchema,
  /** As its system wrote it. `event.digest` is the SHA-256 of its canonical JSON. */
  raw: z.unknown(),
  ties: z.object({
    /** All that the event names; `node` is null where the estate, as it is now, has none of that name. */
    nodes: z.array(
      z.object({
        as: z.enum(['identity', 'credential', 'acted along', 'stood behind', 'target']),
        id: z.string(),
        node: nodeRefSchema.nullable(),
      }),
    ),
    /** What allowed it, where its log tells; `node` is null where the estate has no such grant any more. */
    permission: z.object({ told: z.string(), node: nodeRefSchema.nullable() }).nullable(),
    /** The step of ours that it belongs to, and who approved that. */
    step: z
      .object({
        incident: z.string(),
        execution: z.string(),
        step: z.string(),
        title: z.string(),
        approvers: z.array(z.string()),
      })
      .nullable(),
  }),
});
export type KeptEventAnswer = z.infer<typeof keptEventSchema>;
