/**
 * How far two samples are apart, as counts in the same bins. What a value means depends on both sample sizes, which is why no number
 * here is ever compared with a constant: `permutation-test.ts` says how unusual it is.
 */

/** Which bins there are. The first `ordered` stand in order (of a number); all others are kinds: categories, "missing", "other". */
export interface BinLayout {
  readonly bins: number;
  readonly ordered: number;
  /** Of the ordered bins, in units of the reference's spread. */
  readonly centres: readonly number[];
}

/**
 * `psi`: population stability index (Lewis 1994), half a record added to each bin. `js`: Jensen–Shannon divergence in bits (Lin 1991).
 * `g`: likelihood-ratio test of homogeneity (Wilks 1938). `ks`: largest distance of the distribution functions at the edges of bins
 * (Smirnov 1939). `wasserstein`: first Wasserstein distance, in spreads of the reference (Vaserstein 1969). `mean`: shift of the mean,
 * in the same unit, every value taken as its bin's centre, so that one huge value cannot decide.
 */
export const statisticNames = ['psi', 'js', 'g', 'ks', 'wasserstein', 'mean'] as const;
export type StatisticName = (typeof statisticNames)[number];
export type Statistics = Readonly<Record<StatisticName, number>>;

export const statisticCount = statisticNames.length;

/** All of them at once, in the order of `statisticNames`, into `out`. */
export function statisticsInto(
  out: Float64Array,
  layout: BinLayout,
  reference: Float64Array,
  current: Float64Array,
): void {
  const { bins, ordered, centres } = layout;
  let [m, n] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    m += reference[bin] as number;
    n += current[bin] as number;
  }
  if (m === 0 || n === 0) {
    out.fill(0);
    return;
  }
  const [smoothM, smoothN] = [m + bins / 2, n + bins / 2];
  let [psi, js, g] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const [r, c] = [reference[bin] as number, current[bin] as number];
    if (r + c === 0) continue;
    const [p, q] = [r / m, c / n];
    const [sp, sq] = [(r + 0.5) / smoothM, (c + 0.5) / smoothN];
    psi += (sq - sp) * Math.log(sq / sp);
    const [both, expected] = [(p + q) / 2, (r + c) / (m + n)];
    if (r > 0) {
      js += p * Math.log2(p / both);
      g += r * Math.log(p / expected);
    }
    if (c > 0) {
      js += q * Math.log2(q / both);
      g += c * Math.log(q / expected);
    }
  }
  let [inOrderM, inOrderN] = [0, 0];
  for (let bin = 0; bin < ordered; bin++) {
    inOrderM += reference[bin] as number;
    inOrderN += current[bin] as number;
  }
  let [ks, wasserstein, mean] = [0, 0, 0];
  if (inOrderM > 0 && inOrderN > 0) {
    let apart = 0;
    for (let bin = 0; bin < ordered; bin++) {
      const difference = (current[bin] as number) / inOrderN - (reference[bin] as number) / inOrderM;
      mean += difference * (centres[bin] as number);
      apart += difference;
      const distance = Math.abs(apart);
      if (distance > ks) ks = distance;
      if (bin + 1 < ordered) wasserstein += distance * ((centres[bin + 1] as number) - (centres[bin] as number));
    }
  }
  out[0] = psi;
  out[1] = js / 2;
  out[2] = 2 * g;
  out[3] = ks;
  out[4] = wasserstein;
  out[5] = Math.abs(mean);
}

export function statisticsOf(layout: BinLayout, reference: Float64Array, current: Float64Array): Statistics {
  const out = new Float64Array(statisticCount);
  statisticsInto(out, layout, reference, current);
  return Object.fromEntries(statisticNames.map((name, place) => [name, out[place] as number])) as Record<
    StatisticName,
    number
  >;
}
