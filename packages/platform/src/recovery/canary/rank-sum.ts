/**
 * The Mann–Whitney U statistic of one block: baseline and canary over the same stretch of time. Ranks are only ever compared within a
 * block, so that what moves both versions alike (the hour of the day, a campaign) moves nothing here.
 */

export interface Block {
  /** Ascending. */
  readonly baseline: Float64Array;
  readonly canary: Float64Array;
}

export interface RankSum {
  /** Pairs in which the canary is greater, and half of those in which both are equal. */
  readonly u: number;
  /** Of u, when the versions are alike: exact for the ties that there are (Lehmann 1975, 1.35). */
  readonly variance: number;
  readonly ties: boolean;
}

/** The order of the values does not matter; NaN must not be among them. */
export function blockOf(baseline: ArrayLike<number>, canary: ArrayLike<number>): Block {
  return { baseline: Float64Array.from(baseline).sort(), canary: Float64Array.from(canary).sort() };
}

/** With `shift` taken off every value of the canary. One pass over both. */
export function rankSum({ baseline, canary }: Block, shift = 0): RankSum {
  const [m, n] = [baseline.length, canary.length];
  const total = m + n;
  let [i, j, u, tied] = [0, 0, 0, 0];
  while (j < n || i < m) {
    const [x, y] = [j < n ? (canary[j] as number) - shift : Infinity, i < m ? (baseline[i] as number) : Infinity];
    const value = Math.min(x, y);
    const [i0, j0] = [i, j];
    while (i < m && (baseline[i] as number) === value) i++;
    while (j < n && (canary[j] as number) - shift === value) j++;
    // Of the canary's, each beats all of the baseline before the value, and half of those at it.
    u += (j - j0) * (i0 + (i - i0) / 2);
    const same = i - i0 + (j - j0);
    tied += same ** 3 - same;
  }
  const variance = total < 2 ? 0 : ((m * n) / 12) * (total + 1 - tied / (total * (total - 1)));
  return { u, variance: Math.max(0, variance), ties: tied > 0 };
}
