/**
 * When it began. The records of late are held as slices, each a count per bin; before the change they are as the reference, from it on
 * of some other distribution that is not known. The posterior of every possible moment is exact (Smith 1975, with Dirichlet priors,
 * so that the unknown distributions are integrated out), and the interval holds 95 % of it.
 *
 * It is of one sudden change. Of a slow one it is where the slow one becomes visible, and the interval is wide or too narrow.
 */
import { logGamma } from './hypergeometric.ts';

export interface ChangePoint {
  /** The slice with which it most likely began. */
  readonly slice: number;
  /** The first and last slice with which it may have begun. */
  readonly from: number;
  readonly to: number;
}

const prior = 0.5;

/** @param slices oldest first, at least one; counts in the bins of the reference */
export function changePoint(
  reference: ArrayLike<number>,
  slices: readonly ArrayLike<number>[],
  held = 0.95,
): ChangePoint {
  const bins = reference.length;
  const before = new Float64Array(bins);
  const after = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin++) before[bin] = (reference[bin] as number) + prior;
  after.fill(prior);
  for (const slice of slices)
    for (let bin = 0; bin < bins; bin++) after[bin] = (after[bin] as number) + (slice[bin] as number);
  const evidence = slices.map((slice) => {
    const likely = logBeta(before) + logBeta(after);
    for (let bin = 0; bin < bins; bin++) {
      before[bin] = (before[bin] as number) + (slice[bin] as number);
      after[bin] = (after[bin] as number) - (slice[bin] as number);
    }
    return likely;
  });
  const most = Math.max(...evidence);
  const weights = evidence.map((likely) => Math.exp(likely - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const byWeight = weights.map((weight, slice) => ({ weight, slice })).sort((a, b) => b.weight - a.weight);
  let [from, to, mass] = [slices.length - 1, 0, 0];
  for (const { weight, slice } of byWeight) {
    if (mass >= held * total) break;
    mass += weight;
    from = Math.min(from, slice);
    to = Math.max(to, slice);
  }
  return { slice: byWeight[0]?.slice ?? 0, from, to };
}

function logBeta(counts: Float64Array): number {
  let [sum, total] = [0, 0];
  for (const count of counts) {
    sum += logGamma(count);
    total += count;
  }
  return sum - logGamma(total);
}
