import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

/** Where nothing more is known: whatever lies behind it is not in the answer. */
export const frontierSchema = z.object({
  node: nodeRefSchema,
  /** Fewest steps from the compromised set. */
  hops: z.number(),
  /** `gap`: what leads on from here was not read. `unread`: others name it, nobody told of it. */
  is: z.enum(['gap', 'unread']),
  why: z.string(),
  /** What would tell. */
  next: z.string(),
});

/** Is it isolated, or the first step of something wider (C6)? */
export const scopeSchema = z.object({
  /**
   * `isolated`: nothing protected and nothing outside its own boundary is within reach, and nothing on the way was left unread.
   * `wider`: it is the first step of something wider. `cannot-tell`: nothing wider is seen, and the frontier is not empty.
   */
  answer: z.enum(['isolated', 'wider', 'cannot-tell']),
  /** Plain sentences, most telling first. */
  reasons: z.array(z.string()),
  /** What is within reach by system and namespace; the boundary of where it began is marked. */
  boundaries: z.array(z.object({ name: z.string(), reached: z.number(), jewels: z.number(), own: z.boolean() })),
  /** Who leads to the compromised set in one step: the attacker may hold it already. At most 20, of `upstreamCount`. */
  upstream: z.array(nodeRefSchema.extend({ by: z.string() })),
  upstreamCount: z.number(),
  /** Nearest first, at most 50, of `frontierCount`. */
  frontier: z.array(frontierSchema),
  frontierCount: z.number(),
});
export type Scope = z.infer<typeof scopeSchema>;

/** `firebreak scope --json` */
export const scopeAnswerSchema = scopeSchema.extend({
  compromised: z.array(nodeRefSchema),
  completeness: completenessSchema,
});
export type ScopeAnswer = z.infer<typeof scopeAnswerSchema>;
