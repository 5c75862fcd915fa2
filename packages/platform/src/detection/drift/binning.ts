/**
 * Which bin a value falls into, learned once on records that are then left out of every comparison (see `permutation-test.ts`).
 * Numbers: edges at quantiles, finer at both tails; a value that repeats is an edge of its own, so that scores of two digits or flags
 * do well. Texts: the most frequent get a bin each, all others share one. Whoever tells nothing is in a bin as well: a feature that
 * goes missing has drifted.
 */
import type { HeavyHitters } from './heavy-hitters.ts';
import type { BinLayout } from './statistics.ts';

export type Telling = number | string | undefined;

export type Binning =
  | { readonly kind: 'number'; readonly edges: readonly number[]; readonly layout: BinLayout }
  | { readonly kind: 'text'; readonly values: readonly string[]; readonly layout: BinLayout };

const edgesAt = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
export const mostValues = 15;
/** A text that less than this share of the records had has no bin of its own. */
const fewest = 0.005;

/** @param values at least one */
export function learnNumbers(values: readonly number[]): Binning {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const edges = [...new Set(edgesAt.map(at))];
  // The largest value is no edge: nothing would be beyond it.
  if (edges.length > 1 && edges.at(-1) === sorted.at(-1)) edges.pop();
  const spread = at(0.9) - at(0.1) || (sorted.at(-1) as number) - (sorted[0] as number) || Math.abs(at(0.5)) || 1;
  const sums = edges.map(() => ({ sum: 0, count: 0 }));
  sums.push({ sum: 0, count: 0 });
  for (const value of sorted) {
    const bin = sums[binAmong(edges, value)] as { sum: number; count: number };
    bin.sum += value;
    bin.count += 1;
  }
  const centres = sums.map(({ sum, count }, bin) =>
    count > 0 ? sum / count : bin < edges.length ? (edges[bin] as number) : (edges.at(-1) as number) + spread / 10,
  );
  const ordered = centres.length;
  return {
    kind: 'number',
    edges,
    layout: { bins: ordered + 1, ordered, centres: centres.map((centre) => centre / spread) },
  };
}

export function learnTexts(seen: HeavyHitters): Binning {
  const values = seen
    .top(mostValues)
    .filter(({ count, over }) => count - over >= fewest * seen.total)
    .map(({ value }) => value)
    .sort();
  return { kind: 'text', values, layout: { bins: values.length + 2, ordered: 0, centres: [] } };
}

/** Of two kinds in order: whether something happened. */
export const yesOrNo: Binning = {
  kind: 'number',
  edges: [0.5],
  layout: { bins: 3, ordered: 2, centres: [0, 1] },
};

/** The last bin is of what is missing or of another type, the one before, of texts, is of all other texts. */
export function binOf(binning: Binning, value: Telling): number {
  const missing = binning.layout.bins - 1;
  if (binning.kind === 'number') return typeof value === 'number' ? binAmong(binning.edges, value) : missing;
  if (typeof value !== 'string') return missing;
  const place = binning.values.indexOf(value);
  return place === -1 ? missing - 1 : place;
}

/** Up to and with an edge belongs to its bin. */
function binAmong(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
