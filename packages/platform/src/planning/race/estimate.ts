import type { Estimate } from '@firebreak/contract';

/** Mean with its 95 % confidence interval (normal approximation). */
export function estimateOf(values: Float64Array): Estimate {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const half = count < 2 ? 0 : (1.96 * Math.sqrt(squares / (count - 1))) / Math.sqrt(count);
  return { mean: rounded(mean), low: rounded(mean - half), high: rounded(mean + half) };
}

/** One minus the other, run by run: the same attackers, so most of the scatter is gone. */
export function differenceOf(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, run) => value - (other[run] as number));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
