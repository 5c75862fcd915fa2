/**
 * Random numbers as a function of what they are for: (seed, run, what) always gives the same number. So two orders meet the same
 * attackers (common random numbers), nothing depends on how many numbers were drawn before, and nothing has to be kept.
 */
import type { LogNormal } from './times.ts';

/** Uniform, strictly between 0 and 1. */
export function chance(seed: number, run: number, what: number): number {
  let mixed = (seed ^ Math.imul(run + 1, 0x9e3779b1)) | 0;
  mixed = finalised(mixed ^ Math.imul(what + 1, 0x85ebca77));
  mixed = finalised(mixed ^ Math.imul(run + 1, 0x27d4eb2f));
  return ((mixed >>> 0) + 0.5) / 4_294_967_296;
}

/** The finaliser of MurmurHash3. */
function finalised(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The value of the distribution below which the given share of all values lies. */
export function quantile({ median, sigma }: LogNormal, share: number): number {
  return median * Math.exp(sigma * normalQuantile(share));
}

/** P. J. Acklam's rational approximation of the inverse of the normal distribution; relative error below 1.15e-9. */
function normalQuantile(share: number): number {
  const low = 0.02425;
  if (share < low) return tail(Math.sqrt(-2 * Math.log(share)));
  if (share > 1 - low) return -tail(Math.sqrt(-2 * Math.log(1 - share)));
  const q = share - 0.5;
  const r = q * q;
  const above =
    (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
    q;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return above / below;
}

function tail(q: number): number {
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
  return above / below;
}
