import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { attackPathSchema } from '../graph.ts';
import { nodeRefSchema } from '../node.ts';

const scoreSchema = z.object({
  /** Identities that reach anything protected. */
  exposing: z.number(),
  /** Protected assets that anybody reaches. */
  exposed: z.number(),
  pairs: z.number(),
  score: z.number(),
});

/** `firebreak whatif --json`: exposure before and after some edges are taken away. */
export const whatIfSchema = z.object({
  toggled: z.array(
    z.object({
      /** As given. */
      toggle: z.string(),
      is: z.enum(['edge', 'fact', 'node', 'lever']),
      /** Edges of the graph that it takes away, by itself. An edge into a group counts once. */
      edges: z.number(),
    }),
  ),
  before: scoreSchema,
  after: scoreSchema,
  /** Identities that lose something, most first, with what they then no longer reach. */
  relieved: z.array(nodeRefSchema.extend({ loses: z.array(nodeRefSchema), keeps: z.number(), score: z.number() })),
  /** The best paths that are left, of those who are relieved of something and still reach something. */
  left: z.array(attackPathSchema),
  completeness: completenessSchema,
});
export type WhatIf = z.infer<typeof whatIfSchema>;
