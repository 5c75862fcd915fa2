import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { attackPathSchema } from '../graph.ts';
import { nodeRefSchema } from '../node.ts';

/** What losing an asset costs the business, 0 to 10, and who says so. */
export const impactSchema = z.object({
  value: z.number(),
  /** `stated` by its owner; derived from its stated `sensitivity`; or the `default` for what nobody said anything about. */
  from: z.enum(['stated', 'sensitivity', 'default']),
});
export type Impact10 = z.infer<typeof impactSchema>;

export const exposedIdentitySchema = nodeRefSchema.extend({
  owner: z.string().optional(),
  /** The impacts of all protected assets that it reaches, added up: what the list is ranked by. */
  score: z.number(),
  /** What it reaches: places in `protected`, ascending. */
  reaches: z.array(z.number()),
});

export const exposedAssetSchema = nodeRefSchema.extend({
  class: z.string(),
  owner: z.string().optional(),
  jewel: z.string().optional(),
  impact: impactSchema,
  /** How many of the identities reach it. */
  reachedBy: z.number(),
  /** Its impact times `reachedBy`: what the list is ranked by. */
  score: z.number(),
});

/** `firebreak exposure --json`: identities × protected assets, both ranked, and why for the worst. */
export const exposureSchema = z.object({
  /** Those that reach anything, worst first. */
  identities: z.array(exposedIdentitySchema),
  /** Worst first; those out of reach come last. */
  protected: z.array(exposedAssetSchema),
  /** The best path of the worst identities to the worst that they reach. */
  why: z.array(attackPathSchema),
  counts: z.object({
    identities: z.number(),
    exposing: z.number(),
    protected: z.number(),
    exposed: z.number(),
    /** Pairs of an identity and a protected asset that it reaches. */
    pairs: z.number(),
    /** The scores of all identities, added up. */
    score: z.number(),
  }),
  completeness: completenessSchema,
});
export type Exposure = z.infer<typeof exposureSchema>;
