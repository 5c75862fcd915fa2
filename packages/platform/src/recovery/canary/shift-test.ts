/**
 * Whether the canary's values are greater, and by how much: the Mann–Whitney test, over one block or over many (van Elteren 1960: each
 * block's U, weighed by 1/(m+n+1), which is best against the same shift in all). Increments of different blocks are independent, which
 * is what makes looking again and again calculable.
 *
 * One block of fewer than fifty values a side and without ties is judged exactly; its interval is of order statistics of the
 * differences. Everything else by the normal approximation with the variance that the ties leave and half a step of correction; the
 * interval holds every shift that the test would not refuse. Both are R's wilcox.test (R Core, stats/R/wilcox.test.R), which Kayenta
 * asks for its classification as well (spinnaker/kayenta, kayenta-mannwhitney, MannWhitney.scala).
 */
import { exactBelow, exactQuantile, exactUpperTail } from './exact-u.ts';
import { upperQuantile, upperTail } from './normal.ts';
import { type Block, rankSum } from './rank-sum.ts';

export interface Tails {
  /** How likely such a result or a further one is when nothing differs: towards greater, towards smaller, either way. */
  readonly greater: number;
  readonly smaller: number;
  readonly either: number;
  readonly exact: boolean;
}

/** Of the statistic over all blocks. `step`: by how much it changes at least, for the correction. */
interface Standing {
  readonly excess: number;
  readonly variance: number;
  readonly step: number;
}

/** Without a shift it is asked for at every look again. */
const unshifted = new WeakMap<Block, ReturnType<typeof rankSum>>();

function ranksOf(block: Block, shift: number): ReturnType<typeof rankSum> {
  if (shift !== 0) return rankSum(block, shift);
  const found = unshifted.get(block) ?? rankSum(block);
  unshifted.set(block, found);
  return found;
}

function standing(blocks: readonly Block[], shift: number): Standing {
  let [excess, variance, step] = [0, 0, 0];
  const single = blocks.length === 1;
  for (const block of blocks) {
    const [m, n] = [block.baseline.length, block.canary.length];
    if (m === 0 || n === 0) continue;
    const weight = single ? 1 : 1 / (m + n + 1);
    const { u, variance: of } = ranksOf(block, shift);
    excess += weight * (u - (m * n) / 2);
    variance += weight * weight * of;
    step = Math.max(step, weight);
  }
  return { excess, variance, step };
}

function exactly([block, ...more]: readonly Block[]): Block | undefined {
  if (block === undefined || more.length > 0) return undefined;
  const small = block.baseline.length < exactBelow && block.canary.length < exactBelow;
  return small && !ranksOf(block, 0).ties ? block : undefined;
}

/** @param blocks at least one of them with values on both sides */
export function shiftTest(blocks: readonly Block[], method: 'auto' | 'asymptotic' = 'auto'): Tails {
  const small = method === 'auto' ? exactly(blocks) : undefined;
  if (small !== undefined) {
    const [m, n] = [small.baseline.length, small.canary.length];
    const { u } = ranksOf(small, 0);
    const [greater, smaller] = [exactUpperTail(m, n, u), exactUpperTail(m, n, m * n - u)];
    return { greater, smaller, either: Math.min(1, 2 * Math.min(greater, smaller)), exact: true };
  }
  const { excess, variance, step } = standing(blocks, 0);
  if (variance === 0) return { greater: 1, smaller: 1, either: 1, exact: false };
  const [spread, half] = [Math.sqrt(variance), step / 2];
  return {
    greater: upperTail((excess - half) / spread),
    smaller: upperTail((-excess - half) / spread),
    either: Math.min(1, 2 * upperTail((Math.abs(excess) - half) / spread)),
    exact: false,
  };
}

export interface Shift {
  /** Hodges and Lehmann's estimate of how much greater the canary's values are. */
  readonly estimate: number;
  readonly from: number;
  readonly to: number;
}

/** @param confidence of the interval, two-sided. @returns null when all values are the same, so that nothing can be said */
export function shiftOf(blocks: readonly Block[], confidence: number): Shift | null {
  const small = exactly(blocks);
  if (small !== undefined) return exactShift(small, confidence);
  if (standing(blocks, 0).variance === 0 && spreadOf(blocks) === 0) return null;
  const quantile = upperQuantile((1 - confidence) / 2);
  const [low, high] = rangeOf(blocks);
  const z = (shift: number, correct: boolean) => {
    const { excess, variance, step } = standing(blocks, shift);
    if (variance === 0) return Math.sign(excess) * Infinity;
    return (excess - (correct ? (Math.sign(excess) * step) / 2 : 0)) / Math.sqrt(variance);
  };
  /** The statistic falls as the shift grows. */
  const where = (wanted: number, correct: boolean) => {
    let [a, b] = [low, high];
    for (let step = 0; step < 60 && b - a > 1e-10 * Math.max(1e-300, Math.abs(a), Math.abs(b)); step++) {
      const middle = (a + b) / 2;
      if (z(middle, correct) > wanted) a = middle;
      else b = middle;
    }
    return (a + b) / 2;
  };
  return { estimate: where(0, false), from: where(quantile, true), to: where(-quantile, true) };
}

function exactShift({ baseline, canary }: Block, confidence: number): Shift {
  const [m, n] = [baseline.length, canary.length];
  const differences = new Float64Array(m * n);
  canary.forEach((x, i) => {
    baseline.forEach((y, j) => {
      differences[i * m + j] = x - y;
    });
  });
  differences.sort();
  const lower = Math.max(1, exactQuantile(m, n, (1 - confidence) / 2));
  const at = (place: number) => differences[Math.min(m * n, Math.max(1, place)) - 1] as number;
  const middle = m * n + 1;
  return { estimate: (at(middle >> 1) + at((middle + 1) >> 1)) / 2, from: at(lower), to: at(m * n - lower + 1) };
}

function rangeOf(blocks: readonly Block[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { baseline, canary } of blocks) {
    if (baseline.length === 0 || canary.length === 0) continue;
    low = Math.min(low, (canary[0] as number) - (baseline.at(-1) as number));
    high = Math.max(high, (canary.at(-1) as number) - (baseline[0] as number));
  }
  return [low, high];
}

const spreadOf = (blocks: readonly Block[]) => {
  const [low, high] = rangeOf(blocks);
  return high - low;
};

/** Chance that a value of the canary is greater than one of the baseline at the same time (McGraw and Wong 1992). */
export function commonLanguageEffect(blocks: readonly Block[]): number {
  let [wins, pairs] = [0, 0];
  for (const block of blocks) {
    wins += ranksOf(block, 0).u;
    pairs += block.baseline.length * block.canary.length;
  }
  return pairs === 0 ? 0.5 : wins / pairs;
}
