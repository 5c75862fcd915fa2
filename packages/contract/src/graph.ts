import { z } from 'zod';
import { completenessSchema } from './answer.ts';
import { nodeRefSchema } from './node.ts';

/** One line of `firebreak edges --jsonl`. */
export const edgeLineSchema = z.object({
  type: z.string(),
  from: nodeRefSchema,
  /** Further holdings that the step needs at the same time. Absent when none. */
  with: z.array(nodeRefSchema).optional(),
  to: nodeRefSchema,
  facts: z.array(z.string()),
  note: z.string().optional(),
  likelihood: z.number().optional(),
  techniques: z.array(z.string()),
  aka: z.record(z.string(), z.string()),
});
export type EdgeLine = z.infer<typeof edgeLineSchema>;

/** One line of `firebreak nodes --jsonl`. */
export const nodeLineSchema = z.object({
  id: z.string(),
  kind: z.string(),
  class: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  facts: z.array(z.string()),
  jewel: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** One step of a path, with all that a person needs to believe it. */
export const pathStepSchema = z.object({
  type: z.string(),
  from: nodeRefSchema,
  with: z.array(nodeRefSchema).optional(),
  to: nodeRefSchema,
  /** "any pod of namespace x", when the step came through a group. */
  group: z.string().optional(),
  what: z.string(),
  why: z.string(),
  cut: z.string(),
  facts: z.array(z.string()),
  note: z.string().optional(),
  techniques: z.array(z.string()),
  likelihood: z.number(),
  traverse: z.string(),
});
export type PathStep = z.infer<typeof pathStepSchema>;

export const attackPathSchema = z.object({
  start: nodeRefSchema,
  goal: nodeRefSchema,
  /** Why the goal matters, when it is a crown jewel. */
  jewel: z.string().optional(),
  /** Product of the steps' likelihoods. */
  likelihood: z.number(),
  /** In an order in which each step's needs are met by the start or by earlier steps. */
  steps: z.array(pathStepSchema),
});
export type AttackPath = z.infer<typeof attackPathSchema>;

/** `firebreak blast --json` */
export const blastSchema = z.object({
  compromised: z.array(nodeRefSchema),
  reached: z.array(
    nodeRefSchema.extend({
      class: z.string(),
      namespace: z.string().optional(),
      /** Fewest steps from the compromised set. */
      hops: z.number(),
      jewel: z.string().optional(),
    }),
  ),
  /** Crown jewels among them. */
  jewels: z.array(nodeRefSchema.extend({ jewel: z.string() })),
  /** Single nodes whose loss to the attacker can be prevented to protect jewels, most valuable first. */
  chokepoints: z.array(nodeRefSchema.extend({ guards: z.number() })),
  counts: z.object({ nodes: z.number(), edges: z.number(), reached: z.number(), jewels: z.number() }),
  completeness: completenessSchema,
});
export type Blast = z.infer<typeof blastSchema>;

/** `firebreak paths --json` */
export const pathsSchema = z.object({
  start: nodeRefSchema,
  goal: nodeRefSchema.optional(),
  paths: z.array(attackPathSchema),
  completeness: completenessSchema,
});
export type Paths = z.infer<typeof pathsSchema>;
