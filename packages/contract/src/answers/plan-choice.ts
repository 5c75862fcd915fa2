import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { planSchema } from '../plan.ts';

/** `firebreak plan --compare --json`: the variants side by side, and which of them nothing else beats. */
export const planChoiceSchema = z.object({
  options: z.array(
    z.object({
      name: z.string(),
      why: z.string(),
      /** Expected loss by the race, what stays reachable included. */
      risk: z.number(),
      /** Points of legitimate use that are interrupted. */
      outage: z.number(),
      /** Expected seconds until the last step holds. */
      seconds: z.number(),
      /** Nothing else is at least as good in all three and better in one. */
      front: z.boolean(),
      /** Absent for doing nothing. */
      plan: planSchema.optional(),
    }),
  ),
  completeness: completenessSchema,
});
export type PlanChoice = z.infer<typeof planChoiceSchema>;
