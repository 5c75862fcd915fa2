import type { Telemetry } from '@firebreak/contract/answers/telemetry';

type Model = Telemetry['models'][number];
export type Metric = Model['groups'][number]['metrics'][number];
export type Drift = Model['drifts'][number];

/** Columns of a chart; times are seconds since 1970, at the end of each window. */
export interface MetricSeries {
  readonly times: readonly number[];
  /** 5 %, 50 % and 95 % of a number. */
  readonly low: readonly (number | null)[];
  readonly middle: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** −log10 of how likely so much change is by chance. */
  readonly surprise: readonly number[];
  /** −log10 of where an alarm begins; null where no metric of the window was near. */
  readonly line: readonly (number | null)[];
}

/** More than this cannot be told from certainty. */
const mostSurprise = 16;

/** How unlikely a chance is, as a number that grows: 3 for one in a thousand. */
export function surpriseOf(p: number): number {
  return p <= 0 ? mostSurprise : Math.min(mostSurprise, Math.max(0, -Math.log10(p)));
}

export function seriesOf({ windows }: Pick<Metric, 'windows'>): MetricSeries {
  const quantile = (at: 0 | 1 | 2) => windows.map(({ quantiles }) => quantiles?.[at] ?? null);
  return {
    times: windows.map(({ to }) => Date.parse(to) / 1000),
    low: quantile(0),
    middle: quantile(1),
    high: quantile(2),
    surprise: windows.map(({ p }) => surpriseOf(p)),
    line: windows.map(({ line }) => (line <= 0 ? null : surpriseOf(line))),
  };
}

/** The metric that is shown first: the one that the newest drift rests on, else the most surprising one. */
export function tellingMetric(metrics: readonly Metric[], drifts: readonly Drift[]): string | undefined {
  const names = new Set(metrics.map(({ name }) => name));
  const drifted = drifts.flatMap((drift) => drift.metrics.map(({ name }) => name)).find((name) => names.has(name));
  if (drifted !== undefined) return drifted;
  const worst = (metric: Metric) => seriesOf(metric).surprise.reduce((most, each) => Math.max(most, each), 0);
  return metrics.toSorted((a, b) => worst(b) - worst(a))[0]?.name;
}
