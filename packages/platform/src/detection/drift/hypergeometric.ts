/**
 * Permuting records without having them: how many of each bin fall into one of two samples, when the records of both are shuffled, is
 * multivariate hypergeometric in the pooled counts. That is what makes an exact permutation test possible on counts alone.
 */
import type { Draw } from './random-draws.ts';

const tableSize = 1 << 16;
const table = new Float64Array(tableSize);
for (let n = 2; n < tableSize; n++) table[n] = (table[n - 1] as number) + Math.log(n);

/** ln Γ(x) for x > 0, by Stirling's series after a shift (Abramowitz and Stegun 6.1.40). */
export function logGamma(x: number): number {
  let [shift, y] = [0, x];
  while (y < 8) {
    shift -= Math.log(y);
    y += 1;
  }
  const square = 1 / (y * y);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / y;
  return shift + (y - 0.5) * Math.log(y) - y + 0.9189385332046728 + series;
}

function logFactorial(n: number): number {
  return n < tableSize ? (table[n] as number) : logGamma(n + 1);
}

/** How many of `marked` are among `taken` of `total`, drawn by inversion outward from the mode: as many steps as the spread is wide. */
export function drawHypergeometric(draw: Draw, total: number, marked: number, taken: number): number {
  const least = Math.max(0, taken - (total - marked));
  const most = Math.min(marked, taken);
  if (least === most) return least;
  const mode = Math.min(most, Math.max(least, Math.floor(((taken + 1) * (marked + 1)) / (total + 2))));
  const rest = total - marked;
  const atMode = Math.exp(
    logFactorial(marked) -
      logFactorial(mode) -
      logFactorial(marked - mode) +
      logFactorial(rest) -
      logFactorial(taken - mode) -
      logFactorial(rest - taken + mode) -
      logFactorial(total) +
      logFactorial(taken) +
      logFactorial(total - taken),
  );
  let left = draw() - atMode;
  let [low, high, below, above] = [mode, mode, atMode, atMode];
  while (left > 0 && (low > least || high < most)) {
    if (high < most) {
      above *= ((marked - high) * (taken - high)) / ((high + 1) * (rest - taken + high + 1));
      high += 1;
      left -= above;
      if (left <= 0) return high;
    }
    if (low > least) {
      below *= (low * (rest - taken + low)) / ((marked - low + 1) * (taken - low + 1));
      low -= 1;
      left -= below;
      if (left <= 0) return low;
    }
  }
  return mode;
}

/** One shuffle: fills `into` with the counts of a sample of `taken` out of the pooled counts. */
export function shuffleInto(into: Float64Array, draw: Draw, pooled: Float64Array, total: number, taken: number): void {
  let [restTotal, restTaken] = [total, taken];
  for (let bin = 0; bin < pooled.length; bin++) {
    const marked = pooled[bin] as number;
    const count = restTaken === 0 ? 0 : drawHypergeometric(draw, restTotal, marked, restTaken);
    into[bin] = count;
    restTotal -= marked;
    restTaken -= count;
  }
}
