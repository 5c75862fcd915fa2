import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';
import { tenureSchema } from './inventory.ts';

/** An agent, a tool server, a model or a guardrail as a non-human identity. */
export const aiToolSchema = nodeRefSchema.extend({
  class: z.string(),
  owner: z.string().optional(),
  /** The workloads that run it; empty where it runs elsewhere, or nobody told. */
  runBy: z.array(nodeRefSchema),
  /** Identities and credentials that it acts with, its own before those of the workload. */
  actsAs: z.array(
    nodeRefSchema.extend({
      class: z.string(),
      tenure: tenureSchema.optional(),
      /** Whether what it shows ends by itself; `unknown` where no source tells. */
      lasts: z.enum(['ephemeral', 'long-lived', 'unknown']),
      of: z.enum(['itself', 'workload']),
      /** Permissions that it holds directly, at most fifty. */
      grants: z.array(nodeRefSchema),
      /** Others that run with the same. */
      sharedWith: z.array(nodeRefSchema),
    }),
  ),
  /** Tools that it may call. */
  calls: z.array(nodeRefSchema),
  /** The last event in which it, its workload or what it acts as did something; absent where no log shows any. */
  lastSeen: z.object({ time: z.string(), operation: z.string(), as: z.string() }).optional(),
});

/** `firebreak ai-tools --json` */
export const aiToolsSchema = z.object({
  tools: z.array(aiToolSchema),
  counts: z.object({
    total: z.number(),
    /** With at least one identity or credential that is known. */
    identified: z.number(),
    /** With at least one that does not end by itself. */
    longLived: z.number(),
    seen: z.number(),
  }),
  completeness: completenessSchema,
});
export type AiTools = z.infer<typeof aiToolsSchema>;
export type AiTool = z.infer<typeof aiToolSchema>;
