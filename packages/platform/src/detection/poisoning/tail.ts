/** Chances of counts, in doubles that neither overflow nor vanish. */
import { gammaln } from 'simple-statistics';

/** The chance of at least `count` events where `mean` are expected (Poisson). */
export function poissonTail(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean <= 0) return 0;
  // Terms fall from the larger of mean and count on; those before it are the rest of one.
  const term = (k: number) => Math.exp(k * Math.log(mean) - mean - gammaln(k + 1));
  let sum = 0;
  if (count <= mean) {
    for (let k = 0; k < count; k += 1) sum += term(k);
    return Math.max(0, 1 - sum);
  }
  for (let k = count; ; k += 1) {
    const next = term(k);
    sum += next;
    if (next < sum * 1e-12 || next === 0) return Math.min(1, sum);
  }
}

/** The chance that one of two equally likely sides has at least `more` of `all` (one-sided sign test; McNemar's exact test). */
export function signTail(more: number, all: number): number {
  let sum = 0;
  for (let k = more; k <= all; k += 1)
    sum += Math.exp(gammaln(all + 1) - gammaln(k + 1) - gammaln(all - k + 1) - all * Math.LN2);
  return all === 0 ? 1 : Math.min(1, sum);
}

/** The chance that the first share is so much above the second by accident (pooled z, one-sided). */
export function shareAbove(first: number, ofFirst: number, second: number, ofSecond: number): number {
  if (ofFirst === 0 || ofSecond === 0) return 1;
  const pooled = (first + second) / (ofFirst + ofSecond);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / ofFirst + 1 / ofSecond));
  if (error === 0) return 1;
  return normalTail((first / ofFirst - second / ofSecond) / error);
}

/** The chance that a standard normal number is above `z`; relative error below 2e-7 (erfc of Numerical Recipes, 6.2.2). */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 2 / (2 + x);
  const factors = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const series = factors.reduceRight((sum, factor) => sum * t + factor, 0);
  const tail = (t * Math.exp(-x * x + series)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
