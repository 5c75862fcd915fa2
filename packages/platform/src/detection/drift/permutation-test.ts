/**
 * Whether two samples can be of one distribution, at exactly the false-alarm rate that was chosen, at any sample size.
 *
 * Under the null hypothesis the records of reference and window are exchangeable, so the true value of a statistic is as likely as any
 * other to be the largest among itself and those of shuffles. Ties are broken by a random number for each, which makes the level exact
 * also where counts are few and values repeat (Pitman 1937; Dwass 1957). Shuffling stops once `enough` shuffles were further apart than
 * the truth (Besag and Clifford 1991): a window in which nothing happened costs some dozens of shuffles, and levels stay exact.
 *
 * What must stay true: **bins were not chosen by the records that are counted in them.** Bins are learned on records that are then
 * left out (`binning.ts`); quantiles of the reference itself as edges would make the reference too even, and the test too eager.
 */
import { shuffleInto } from './hypergeometric.ts';
import type { Draw } from './random-draws.ts';
import { type BinLayout, type StatisticName, statisticCount, statisticNames, statisticsInto } from './statistics.ts';

/** Shuffles that only measure how far each statistic usually swings, so that the furthest out can be told. */
const pilots = 40;
/** So many swings out no shuffle ever is, and counting them would only cost time. */
const beyondDoubt = 25;

export interface TestOptions {
  /** The smallest p that can be told is `enough` / `shuffles`. */
  readonly shuffles: number;
  readonly enough: number;
  readonly draw: Draw;
  /** Only the strongest (default), or every statistic as well. */
  readonly each?: boolean;
}

export interface TestResult {
  /** Of the statistic that stands out most, measured in its own usual swing: one p for all six. */
  readonly p: number;
  /** The statistic that stood out most. */
  readonly strongest: StatisticName;
  /** In the order of `statisticNames`; empty unless `each` was asked for. */
  readonly pEach: readonly number[];
  /** How many shuffles it took. */
  readonly shuffles: number;
}

export function permutationTest(
  layout: BinLayout,
  reference: Float64Array,
  current: Float64Array,
  { shuffles, enough, draw, each = false }: TestOptions,
): TestResult {
  const pooled = reference.map((count, bin) => count + (current[bin] as number));
  const total = pooled.reduce((sum, count) => sum + count, 0);
  const taken = current.reduce((sum, count) => sum + count, 0);
  // All in one bin: nothing could differ, and lots among ties must not make an alarm of that.
  if (pooled.filter((count) => count > 0).length < 2)
    return { p: 1, strongest: 'g', pEach: each ? statisticNames.map(() => 1) : [], shuffles: 0 };
  const shuffled = new Float64Array(layout.bins);
  const rest = new Float64Array(layout.bins);
  const values = new Float64Array(statisticCount);
  const next = () => {
    shuffleInto(shuffled, draw, pooled, total, taken);
    for (let bin = 0; bin < layout.bins; bin++) rest[bin] = (pooled[bin] as number) - (shuffled[bin] as number);
    statisticsInto(values, layout, rest, shuffled);
  };

  const centre = new Float64Array(statisticCount);
  const swing = new Float64Array(statisticCount);
  for (let pilot = 0; pilot < pilots; pilot++) {
    next();
    for (let of = 0; of < statisticCount; of++) {
      const value = values[of] as number;
      centre[of] = (centre[of] as number) + value / pilots;
      swing[of] = (swing[of] as number) + (value * value) / pilots;
    }
  }
  for (let of = 0; of < statisticCount; of++)
    swing[of] = Math.sqrt(Math.max(0, (swing[of] as number) - (centre[of] as number) ** 2));
  const out = (of: number) =>
    (swing[of] as number) > 1e-12 ? ((values[of] as number) - (centre[of] as number)) / (swing[of] as number) : 0;
  const furthest = () => {
    let most = Number.NEGATIVE_INFINITY;
    for (let of = 0; of < statisticCount; of++) most = Math.max(most, out(of));
    return most;
  };

  statisticsInto(values, layout, reference, current);
  const strongest = statisticNames.reduce((best, name, of) =>
    out(of) > out(statisticNames.indexOf(best)) ? name : best,
  );
  if (!each && furthest() > beyondDoubt) return { p: 1 / shuffles, strongest, pEach: [], shuffles: pilots };
  const tests = each ? statisticCount + 1 : 1;
  const truth = Float64Array.from({ length: tests }, (_, test) =>
    test === 0 ? furthest() : (values[test - 1] as number),
  );
  const lot = Float64Array.from({ length: tests }, draw);
  const further = new Uint32Array(tests);
  const p = new Float64Array(tests);
  let open = tests;
  let shuffle = 0;
  while (open > 0 && shuffle < shuffles - 1) {
    next();
    shuffle += 1;
    for (let test = 0; test < tests; test++) {
      if ((p[test] as number) > 0) continue;
      const value = test === 0 ? furthest() : (values[test - 1] as number);
      const apart = value - (truth[test] as number);
      if (apart < -1e-12 || (apart <= 1e-12 && draw() < (lot[test] as number))) continue;
      further[test] = (further[test] as number) + 1;
      if (further[test] !== enough) continue;
      p[test] = enough / shuffle;
      open -= 1;
    }
  }
  for (let test = 0; test < tests; test++) if (p[test] === 0) p[test] = ((further[test] as number) + 1) / shuffles;
  return { p: p[0] as number, strongest, pEach: [...p.subarray(1)], shuffles: shuffle + pilots };
}
