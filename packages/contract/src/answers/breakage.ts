import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { leverSchema } from '../lever.ts';
import { nodeRefSchema } from '../node.ts';
import { reasonSchema } from '../plan.ts';

/** Whether a legitimate use was ever seen: `granted` means that nobody knows more than that it is allowed. */
export const useSchema = z.enum(['observed', 'never-observed', 'granted']);

/** `firebreak impact --json`: what breaks if this is revoked? */
export const breakageSchema = z.object({
  about: z.union([nodeRefSchema, leverSchema.extend({ title: z.string() })]),
  /** Each way of taking it away that is at hand, cheapest first. */
  ways: z.array(
    z.object({
      lever: leverSchema,
      title: z.string(),
      target: nodeRefSchema,
      cost: z.number(),
      /** What `cost` is made of. */
      reasons: z.array(reasonSchema),
      interrupts: z.array(z.object({ who: nodeRefSchema, what: z.string(), weight: z.number(), use: useSchema })),
      restarts: z.array(nodeRefSchema),
      drastic: z.boolean(),
      approvals: z.number(),
      /** Why hosting rules it out, where it does. */
      ruledOut: z.string().optional(),
      undo: z.string(),
      severs: z.number(),
    }),
  ),
  /** Who holds it by one granted step: they lose it, whichever way is taken. At most 200, of `holderCount`. */
  holders: z.array(nodeRefSchema.extend({ by: z.string(), use: useSchema, owner: z.string().optional() })),
  holderCount: z.number(),
  /** What it gives to whoever holds it, by one step. At most 200, of `givesCount`. */
  gives: z.array(nodeRefSchema.extend({ by: z.string() })),
  givesCount: z.number(),
  /** Where the record of use comes from; without one every use is only granted. */
  evidence: z.array(z.string()),
  completeness: completenessSchema,
});
export type Breakage = z.infer<typeof breakageSchema>;
