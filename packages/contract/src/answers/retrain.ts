/** A plan by which a model is trained again from cleansed data, and whether doing it twice gives the same. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const retrainPlanSchema = z.object({
  kind: z.literal('firebreak/retrain-plan'),
  at: z.string(),
  /** Files of the cleansed data, by path below its folder. */
  data: z
    .array(z.object({ path: z.string().max(1024), sha256, rows: z.number(), leftOut: z.number() }))
    .min(1)
    .max(1000),
  /** Rows that were left out, and by what. */
  heldBy: z.array(z.object({ report: sha256, check: z.string(), rows: z.number() })),
  /** The folder of the training code: one digest over all of its files, and the commit that it is said to be. */
  code: z.object({ sha256, commit: z.string().max(100).nullable() }),
  /** Lock file of the environment, or the digest of its image. */
  environment: z.object({ name: z.string().max(500), sha256 }),
  /** Program and arguments; `{data}`, `{out}` and `{seed}` are filled in. */
  command: z.array(z.string().max(4096)).min(1).max(200),
  seed: z.number().int().nonnegative().max(4_294_967_295),
  /** `same`: every file of the model has the same digest. Else how far a metric may differ. */
  reproduces: z.discriminatedUnion('is', [
    z.object({ is: z.literal('same') }),
    z.object({ is: z.literal('within'), tolerance: z.record(z.string().max(200), z.number().nonnegative()) }),
  ]),
  completeness: completenessSchema,
});
export type RetrainPlan = z.infer<typeof retrainPlanSchema>;

export const reproductionSchema = z.object({
  kind: z.literal('firebreak/reproduction'),
  at: z.string(),
  /** SHA-256 (hex) of the plan's canonical JSON. */
  plan: sha256,
  verdict: z.enum(['reproduced', 'differs', 'refused']),
  /** What was compared, and what came of it. */
  checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  /** One digest over all files of what the first run made. */
  model: sha256.nullable(),
  metrics: z.record(z.string(), z.array(z.number())),
});
export type Reproduction = z.infer<typeof reproductionSchema>;
