/**
 * Values that are not there, and values far out, as Kayenta's judge handles them (spinnaker/kayenta, NetflixACAJudge.scala and
 * IQRDetector.scala): what is missing is left out or counts as 0; then what lies beyond three interquartile ranges of the quartiles and
 * beyond the 1st or 99th percentile is left out, of each version by itself.
 */

const factor = 3;

export interface Cleaned {
  /** Ascending. */
  readonly values: Float64Array;
  readonly missing: number;
  readonly outliers: number;
}

export function cleaned(
  given: readonly (number | null)[],
  { missing, outliers }: { readonly missing: 'remove' | 'zero'; readonly outliers: 'remove' | 'keep' },
): Cleaned {
  const there = new Float64Array(given.length);
  let [count, lacking] = [0, 0];
  for (const value of given) {
    const is = value !== null && Number.isFinite(value);
    if (!is) lacking += 1;
    if (is || missing === 'zero') there[count++] = is ? value : 0;
  }
  const sorted = there.subarray(0, count).sort();
  const values = outliers === 'keep' ? sorted : withoutOutliers(sorted);
  return { values, missing: lacking, outliers: count - values.length };
}

function withoutOutliers(sorted: Float64Array): Float64Array {
  if (sorted.length < 4) return sorted;
  const [q1, q3] = [percentile(sorted, 25), percentile(sorted, 75)];
  const low = Math.min(percentile(sorted, 1), q1 - factor * (q3 - q1));
  const high = Math.max(percentile(sorted, 99), q3 + factor * (q3 - q1));
  let [from, to] = [0, sorted.length];
  while ((sorted[from] as number) < low) from++;
  while ((sorted[to - 1] as number) > high) to--;
  return sorted.subarray(from, to);
}

/** As Apache Commons Math estimates it (its "legacy" type: position p·(n+1)/100), since Kayenta asks that. @param sorted not empty */
export function percentile(sorted: Float64Array, percent: number): number {
  const place = (percent * (sorted.length + 1)) / 100;
  const below = Math.floor(place);
  if (below < 1) return sorted[0] as number;
  if (below >= sorted.length) return sorted.at(-1) as number;
  const low = sorted[below - 1] as number;
  return low + (place - below) * ((sorted[below] as number) - low);
}
