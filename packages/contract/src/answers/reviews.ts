import { z } from 'zod';
import { nodeRefSchema } from '../node.ts';

export const reviewVerdicts = ['keep', 'reduce', 'revoke'] as const;

/** One identity's grants, to be signed off by somebody. */
export const reviewItemSchema = z.object({
  id: z.string(),
  identity: nodeRefSchema,
  owner: z.string().nullable(),
  /** What it is granted, in the words of the system. */
  grants: z.array(z.string()),
  /** What is known of its use, in a sentence. */
  evidence: z.string(),
  /** Crown jewels that it reaches. */
  reaches: z.number(),
  decision: z.object({ verdict: z.enum(reviewVerdicts), by: z.string(), at: z.string(), note: z.string() }).nullable(),
});
export type ReviewItem = z.infer<typeof reviewItemSchema>;

/** A review campaign. It is closed when every item is decided; each decision is an entry of the ledger. */
export const reviewSchema = z.object({
  id: z.string(),
  title: z.string(),
  openedAt: z.string(),
  openedBy: z.string(),
  /** When it is to be done. */
  due: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  items: z.array(reviewItemSchema),
});
export type Review = z.infer<typeof reviewSchema>;

export const reviewSummarySchema = reviewSchema
  .omit({ items: true })
  .extend({ total: z.number(), decided: z.number() });
export type ReviewSummary = z.infer<typeof reviewSummarySchema>;
