/** Streams of one metric as models have them, and what may happen to them. */
import type { Telling } from '../../packages/platform/src/detection/drift/binning.ts';
import type { Draw } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { gauss } from './small-model.ts';

export type Source = (draw: Draw) => Telling;

const words = Array.from({ length: 40 }, (_, rank) => `w${rank}`);
const harmonic = words.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);

function zipf(draw: Draw): string {
  let left = draw() * harmonic;
  for (const [rank, word] of words.entries()) {
    left -= 1 / (rank + 1);
    if (left <= 0) return word;
  }
  return 'w0';
}

/** By kind of metric. None is normal: tails are heavy, scores have two digits, texts have a long tail, failures are rare. */
export const sources: Readonly<Record<string, Source>> = {
  'feature (log-normal)': (draw) => Math.exp(gauss(draw)),
  'confidence (two digits)': (draw) => Math.round(100 / (1 + Math.exp(-1.5 - gauss(draw)))) / 100,
  'class (40, Zipf)': zipf,
  'errors (1 in 100)': (draw) => (draw() < 0.01 ? 1 : 0),
};

/** Changes of a metric; `progress` is 0 when the change begins and counts records in thousands. */
export const shifts: Readonly<
  Record<string, { readonly before: Source; readonly after: (draw: Draw, progress: number) => Telling }>
> = {
  'mean + 0.3 spreads': { before: gauss, after: (draw) => gauss(draw) + 0.3 },
  'spread × 1.5': { before: gauss, after: (draw) => 1.5 * gauss(draw) },
  'class mix, 10 % moved': { before: zipf, after: (draw) => (draw() < 0.1 ? 'w3' : zipf(draw)) },
  'tail, 3 % far out': { before: gauss, after: (draw) => (draw() < 0.03 ? 6 + gauss(draw) : gauss(draw)) },
  'errors 1 % to 4 %': { before: (draw) => (draw() < 0.01 ? 1 : 0), after: (draw) => (draw() < 0.04 ? 1 : 0) },
  'missing, 5 %': { before: gauss, after: (draw) => (draw() < 0.05 ? undefined : gauss(draw)) },
  'slow, a spread in 10,000': { before: gauss, after: (draw, progress) => gauss(draw) + progress / 10 },
};
