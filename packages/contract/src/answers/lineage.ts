import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

export const lineageNodeSchema = nodeRefSchema.extend({
  class: z.string(),
  /** Links from the model. */
  distance: z.number(),
  owner: z.string().optional(),
  /** Digests, commits, versions: whatever its system says of it. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** `firebreak lineage --json`: what a model was made from, and what it is in. */
export const lineageSchema = z.object({
  model: lineageNodeSchema,
  /** Datasets, jobs, repositories, images, versions that it is made from, nearest first. */
  upstream: z.array(lineageNodeSchema),
  /** Models, artifacts, pipelines, stores made from it. */
  downstream: z.array(lineageNodeSchema),
  /** What holds or serves it, wholes and not their parts. */
  running: z.array(lineageNodeSchema.extend({ hosts: z.array(nodeRefSchema) })),
  /** Where it answers. */
  endpoints: z.array(lineageNodeSchema),
  links: z.array(
    z.object({
      from: nodeRefSchema,
      to: nodeRefSchema,
      type: z.string(),
      facts: z.array(z.string()),
      note: z.string().optional(),
      likelihood: z.number(),
    }),
  ),
  completeness: completenessSchema,
});
export type Lineage = z.infer<typeof lineageSchema>;
