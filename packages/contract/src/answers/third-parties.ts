import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { attackPathSchema } from '../graph.ts';
import { nodeRefSchema } from '../node.ts';

const grantedSchema = nodeRefSchema.extend({
  class: z.string(),
  /** Whether it can also change it. */
  access: z.enum(['read', 'write']),
  sensitivity: z.string().optional(),
  jewel: z.string().optional(),
});

/** `firebreak third-parties --json`: what others run for us, what it can get, and what they owe us. */
export const thirdPartiesSchema = z.object({
  vendors: z.array(
    z.object({
      vendor: z.string(),
      services: z.array(
        nodeRefSchema.extend({
          class: z.string(),
          owner: z.string().optional(),
          hosting: z.string().optional(),
          sla: z.string().optional(),
          permittedUse: z.array(z.string()),
          duties: z.record(z.string(), z.string()),
        }),
      ),
      /** Model inputs and outputs (datasets, stores, prompts, models, agents, tools) that somebody who holds its services gets. */
      reaches: z.array(grantedSchema),
      /** Of ours, what leads into its services: who of us it depends on to stay away from it. */
      reachedFrom: z.number(),
      /** The best path to the worst that it reaches. */
      why: attackPathSchema.optional(),
      /** Direct steps out of its services: what can be taken away to constrain it. */
      constrain: z.array(
        z.object({
          type: z.string(),
          from: nodeRefSchema,
          to: nodeRefSchema,
          cut: z.string(),
          severedBy: z.array(z.string()),
        }),
      ),
      /** What a contract should say and the inventory does not. */
      missing: z.array(z.string()),
    }),
  ),
  completeness: completenessSchema,
});
export type ThirdParties = z.infer<typeof thirdPartiesSchema>;
