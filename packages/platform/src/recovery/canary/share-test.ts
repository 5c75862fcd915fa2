/**
 * Whether the canary's share is greater: of errors, of refusals, of answers with secrets in them. Such things are rare, so nothing is
 * approximated where it can be counted. Given how many hits a block had in all, those of the canary are hypergeometric when the versions
 * are alike; over blocks their sum is the convolution (the exact form of the test of Cochran, Mantel and Haenszel: Gart 1970; Mehta,
 * Patel and Gray 1985). Where the sum has very many possible values it is as good as normal.
 */
import { upperQuantile, upperTail } from './normal.ts';

export interface ShareBlock {
  readonly baseline: Share;
  readonly canary: Share;
}
export interface Share {
  readonly hits: number;
  readonly total: number;
}

/** Values of the sum that are worth counting, beyond which the normal distribution does. */
const mostValues = 6000;
/** Beside the likeliest. */
const negligible = 1e-25;

/** How likely as many hits of the canary or more are when the versions are alike; `fewer`: as few or fewer. */
export function shareTest(blocks: readonly ShareBlock[]): { readonly greater: number; readonly fewer: number } {
  const telling = blocks.filter(
    ({ baseline, canary }) =>
      baseline.total > 0 &&
      canary.total > 0 &&
      baseline.hits + canary.hits > 0 &&
      baseline.hits + canary.hits < baseline.total + canary.total,
  );
  if (telling.length === 0) return { greater: 1, fewer: 1 };
  const parts = telling.map(hypergeometric);
  const values = parts.reduce((sum, { chances }) => sum + chances.length, 0);
  if (values > mostValues) return normally(telling);
  let [least, chances] = [0, Float64Array.of(1)];
  for (const own of parts) {
    const into = new Float64Array(chances.length + own.chances.length - 1);
    for (let i = 0; i < chances.length; i++)
      for (let j = 0; j < own.chances.length; j++)
        into[i + j] = (into[i + j] as number) + (chances[i] as number) * (own.chances[j] as number);
    [least, chances] = [least + own.least, into];
  }
  const seen = telling.reduce((sum, { canary }) => sum + canary.hits, 0) - least;
  let [below, above] = [0, 0];
  for (let i = 0; i <= Math.min(seen, chances.length - 1); i++) below += chances[i] as number;
  for (let i = chances.length - 1; i >= Math.max(0, seen); i--) above += chances[i] as number;
  return { greater: Math.min(1, above), fewer: Math.min(1, below) };
}

/** Chances of each number of hits of the canary, from `least` on; without those that are too unlikely to ever matter. */
function hypergeometric({ baseline, canary }: ShareBlock): { readonly least: number; readonly chances: Float64Array } {
  const hits = baseline.hits + canary.hits;
  const [from, to] = [Math.max(0, hits - baseline.total), Math.min(hits, canary.total)];
  const mode = Math.floor(((hits + 1) * (canary.total + 1)) / (baseline.total + canary.total + 2));
  const start = Math.min(to, Math.max(from, mode));
  const [up, down]: [number[], number[]] = [[], []];
  // Each chance from its neighbour, as a share of the one at the mode.
  let chance = 1;
  for (let k = start; k < to && chance > negligible; k++) {
    chance *= ((canary.total - k) * (hits - k)) / ((k + 1) * (baseline.total - hits + k + 1));
    up.push(chance);
  }
  chance = 1;
  for (let k = start; k > from && chance > negligible; k--) {
    chance *= (k * (baseline.total - hits + k)) / ((canary.total - k + 1) * (hits - k + 1));
    down.push(chance);
  }
  const all = Float64Array.from([...down.reverse(), 1, ...up]);
  const sum = all.reduce((total, each) => total + each, 0);
  return { least: start - down.length, chances: all.map((each) => each / sum) };
}

function normally(blocks: readonly ShareBlock[]): { greater: number; fewer: number } {
  let [excess, variance] = [0, 0];
  for (const { baseline, canary } of blocks) {
    const [total, hits] = [baseline.total + canary.total, baseline.hits + canary.hits];
    const share = hits / total;
    excess += canary.hits - canary.total * share;
    variance += (canary.total * baseline.total * share * (1 - share)) / (total - 1);
  }
  const spread = Math.sqrt(variance);
  return { greater: upperTail((excess - 0.5) / spread), fewer: upperTail((-excess - 0.5) / spread) };
}

/** Wilson's interval of a share. @returns null of nothing */
export function shareInterval({ hits, total }: Share, confidence: number): { from: number; to: number } | null {
  if (total === 0) return null;
  const z = upperQuantile((1 - confidence) / 2);
  const [share, square] = [hits / total, (z * z) / total];
  const centre = (share + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / total + square / (4 * total));
  return { from: Math.max(0, centre - half), to: Math.min(1, centre + half) };
}

/** Of the difference of two shares, canary less baseline, from Wilson's of each (Newcombe 1998, method 10). */
export function differenceInterval(block: ShareBlock, confidence: number): { from: number; to: number } | null {
  const [own, other] = [shareInterval(block.canary, confidence), shareInterval(block.baseline, confidence)];
  if (own === null || other === null) return null;
  const [p, q] = [block.canary.hits / block.canary.total, block.baseline.hits / block.baseline.total];
  return {
    from: p - q - Math.hypot(p - own.from, other.to - q),
    to: p - q + Math.hypot(own.to - p, q - other.from),
  };
}
