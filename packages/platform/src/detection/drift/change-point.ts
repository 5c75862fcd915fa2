/**
 * When it began. The records of late are held as slices, each a count per bin; before the change they are as the reference, from it on
 * of some other distribution that is not known. The posterior of every possible moment is exact (Smith 1975, with Dirichlet priors,
 * so that the unknown distributions are integrated out), and the interval holds 95 % of it.
 *
 * How far the new distribution is from the reference is not known either: the prior is centred on the reference, and a mixture over how
 * tightly. With one wide prior a small change would be told too late, since every record after it would count against it.
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
/** Records that the reference counts for in what is expected after the change. */
const tightness = [30, 100, 300, 1000, 3000, 10_000] as const;

/** @param slices oldest first, at least one; counts in the bins of the reference */
export function changePoint(
  reference: ArrayLike<number>,
  slices: readonly ArrayLike<number>[],
  held = 0.95,
): ChangePoint {
  const bins = reference.length;
  const before = Float64Array.from(reference, (count) => count + prior);
  const total = before.reduce((sum, count) => sum + count, 0);
  const expected = tightness.map((records) => before.map((count) => (records * count) / total));
  const nothing = expected.map(logBeta);
  const after = new Float64Array(bins);
  for (const slice of slices)
    for (let bin = 0; bin < bins; bin++) after[bin] = (after[bin] as number) + (slice[bin] as number);
  const both = new Float64Array(bins);
  const evidence = slices.map((slice) => {
    const ways = expected.map((each, way) => {
      for (let bin = 0; bin < bins; bin++) both[bin] = (each[bin] as number) + (after[bin] as number);
      return logBeta(both) - (nothing[way] as number);
    });
    const best = Math.max(...ways);
    const mixed = best + Math.log(ways.reduce((sum, way) => sum + Math.exp(way - best), 0));
    const likely = logBeta(before) + mixed;
    for (let bin = 0; bin < bins; bin++) {
      before[bin] = (before[bin] as number) + (slice[bin] as number);
      after[bin] = Math.max(0, (after[bin] as number) - (slice[bin] as number));
    }
    return likely;
  });
  const most = Math.max(...evidence);
  const weights = evidence.map((likely) => Math.exp(likely - most));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const byWeight = weights.map((weight, slice) => ({ weight, slice })).sort((a, b) => b.weight - a.weight);
  let [from, to, mass] = [slices.length - 1, 0, 0];
  for (const { weight, slice } of byWeight) {
    if (mass >= held * all) break;
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
