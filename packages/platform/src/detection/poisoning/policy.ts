/** What a team asks of its training data. Everything has a default; a file in YAML says what is different. */
import { z } from 'zod';

const share = z.number().min(0).max(1);
const columnSchema = z.strictObject({
  type: z.enum(['number', 'text', 'flag']).optional(),
  required: z.boolean().default(true),
  min: z.number().optional(),
  max: z.number().optional(),
  /** The only values that may be. */
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .max(10_000)
    .optional(),
  maxLength: z.number().int().min(0).optional(),
});

export const gatePolicySchema = z.strictObject({
  /** The column with the label; without one, what needs labels is not checked. */
  label: z.string().optional(),
  /** Columns that hold free text; guessed when absent. */
  text: z.array(z.string()).optional(),
  /** Columns that are not learned from: ids, times. */
  ignore: z.array(z.string()).default([]),
  columns: z.record(z.string(), columnSchema).optional(),
  /** Sources that this data may be made from, as OpenLineage names them. */
  lineage: z
    .strictObject({
      inputs: z.array(z.strictObject({ namespace: z.string(), name: z.string(), version: z.string().optional() })),
      jobs: z.array(z.strictObject({ namespace: z.string(), name: z.string() })).optional(),
    })
    .optional(),
  /** Checks that must have been made; one that could not be made holds the gate. */
  require: z.array(z.string()).default(['schema', 'duplicates']),
  /** Shares of rows above what the reference has: from the first a person must look, from the second it fails. */
  noise: z.strictObject({ hold: share, fail: share }).default({ hold: 0.01, fail: 0.04 }),
  duplicates: z.strictObject({ hold: share, fail: share }).default({ hold: 0.02, fail: 0.2 }),
  /** How well old and new rows can be told apart (area under the curve, 0.5: not at all). */
  shift: z.strictObject({ hold: z.number().min(0.5).max(1) }).default({ hold: 0.65 }),
  /** How much worse the new model may be on the golden set. */
  golden: z.strictObject({ fail: share }).default({ fail: 0.01 }),
});
export type GatePolicy = z.infer<typeof gatePolicySchema>;
