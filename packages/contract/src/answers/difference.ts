import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { attackPathSchema } from '../graph.ts';
import { nodeRefSchema } from '../node.ts';

const pairSchema = z.object({
  identity: nodeRefSchema,
  asset: nodeRefSchema,
  /** The impact of the asset. */
  impact: z.number(),
  /** Which of the two is not there on the other side; `access` when both are there and only the way came or went. */
  because: z.enum(['identity', 'asset', 'access']),
  /** The new way, or the one that is gone; told for the worst. */
  path: attackPathSchema.optional(),
});

/** `firebreak diff --json`: what changed between two estates, in reach and in objects. */
export const differenceSchema = z.object({
  reach: z.object({ gained: z.array(pairSchema), lost: z.array(pairSchema) }),
  objects: z.object({
    added: z.array(nodeRefSchema),
    removed: z.array(nodeRefSchema),
    changed: z.array(nodeRefSchema.extend({ fields: z.array(z.string()) })),
  }),
  /** Edges by type: how many came and went. */
  edges: z.array(z.object({ type: z.string(), added: z.number(), removed: z.number() })),
  counts: z.object({
    gained: z.number(),
    lost: z.number(),
    scoreBefore: z.number(),
    scoreAfter: z.number(),
  }),
  /** Of both sides together. */
  completeness: completenessSchema,
});
export type Difference = z.infer<typeof differenceSchema>;
