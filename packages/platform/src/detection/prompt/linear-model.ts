/**
 * How much a sentence looks like an instruction to a model that stands in data: logistic regression over hashed features
 * (K. Weinberger and others, "Feature hashing for large scale multitask learning", ICML 2009). The weights are content, made by
 * `bench/train-prompt-model.ts`; what they were learnt from is said in docs/prompt-injection.md.
 */
import { z } from 'zod';
import { buckets, type Sentence, version } from './features.ts';

/** What signals must weigh: one strong rule is an injection, one weak is worth a look. */
export const injectionAt = 4;
export const suspiciousAt = 2;

export const promptWeightsSchema = z.object({
  version: z.literal(version),
  /** One signed byte a bucket, as base64. */
  weights: z.base64().refine((text) => Buffer.from(text, 'base64').length === buckets),
  /** Log-odds of one unit of a weight. */
  unit: z.number().positive(),
  bias: z.number(),
  /** Log-odds of a sentence from which on its text is suspicious, and from which on it is an injection. */
  suspicious: z.number(),
  injection: z.number(),
});
export type PromptWeights = z.infer<typeof promptWeightsSchema>;

export class LinearModel {
  readonly #weights: Int8Array;
  readonly #unit: number;
  readonly #bias: number;

  constructor({ weights, unit, bias, suspicious, injection }: PromptWeights) {
    this.#weights = new Int8Array(Buffer.from(weights, 'base64'));
    // Its log-odds brought to the scale that rules are on.
    const scale = (injectionAt - suspiciousAt) / (injection - suspicious);
    this.#unit = unit * scale;
    this.#bias = suspiciousAt + (bias - suspicious) * scale;
  }

  /** On the scale of the weights of rules. */
  judge({ features, count }: Sentence): number {
    const weights = this.#weights;
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += weights[features[index] as number] as number;
    return this.#bias + sum * this.#unit;
  }
}
