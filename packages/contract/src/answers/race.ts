import { z } from 'zod';

const estimateSchema = z.object({
  mean: z.number(),
  /** 95 % confidence interval of the mean. */
  low: z.number(),
  high: z.number(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** `firebreak race --json`: expected loss by the order of the steps, attacker against responder. */
export const raceSchema = z.object({
  planDigest: z.string(),
  runs: z.number(),
  seed: z.number(),
  /** Everything that was drawn or assumed, in plain sentences. */
  assumptions: z.array(z.string()),
  /** Nodes and steps of the attack that take part. */
  region: z.object({ nodes: z.number(), edges: z.number(), goals: z.number(), value: z.number() }),
  /** The plan's own order first. */
  orders: z.array(
    z.object({
      name: z.string(),
      why: z.string(),
      steps: z.array(z.string()),
      /** Which constraint it breaks; such an order is there to compare, nobody may carry it out. */
      breaks: z.string().optional(),
      /** Sum of the business impact of what the attacker reached. */
      loss: estimateSchema,
      /** Against the plan's own order, on the same attackers. */
      difference: estimateSchema,
      /** Share of runs in which anything protected was reached. */
      reached: z.number(),
      /** Mean seconds until the last step held. */
      seconds: z.number(),
    }),
  ),
  /** What waiting for an approval costs, on the same attackers. */
  approvals: z.array(
    z.object({
      step: z.string(),
      title: z.string(),
      waits: z.number(),
      /** Loss that is saved when it is given at once. */
      saves: estimateSchema,
    }),
  ),
});
export type Race = z.infer<typeof raceSchema>;
