import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeLineSchema } from '../graph.ts';
import type { AssetNotes, Tenure } from '../node.ts';

export const assetNotesSchema = z.object({
  owner: z.string().optional(),
  system: z.string().optional(),
  sla: z.string().optional(),
  sensitivity: z.string().optional(),
  retention: z.string().optional(),
  permittedUse: z.array(z.string()).optional(),
  hosting: z.enum(['saas', 'cloud', 'hybrid', 'on-prem', 'edge']).optional(),
  vendor: z.string().optional(),
  duties: z.record(z.string(), z.string()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  impact: z.number().optional(),
} satisfies Record<keyof AssetNotes, z.ZodType>);

export const tenureSchema = z.object({
  lifetime: z.enum(['static', 'short-lived']).optional(),
  access: z.enum(['standing', 'just-in-time']).optional(),
  created: z.string().optional(),
  expires: z.string().optional(),
  lastUsed: z.string().optional(),
} satisfies Record<keyof Tenure, z.ZodType>);

/** A node with all that is known of it. */
export const assetSchema = nodeLineSchema.extend({
  about: assetNotesSchema.optional(),
  tenure: tenureSchema.optional(),
});
export type Asset = z.infer<typeof assetSchema>;

/** `firebreak inventory query --json` */
export const inventorySchema = z.object({
  /** The query in its printed form. */
  query: z.string(),
  /** What durations are relative to. */
  now: z.string(),
  /** How many nodes it means; `nodes` may hold fewer. */
  total: z.number(),
  nodes: z.array(assetSchema),
  completeness: completenessSchema,
});
export type Inventory = z.infer<typeof inventorySchema>;
