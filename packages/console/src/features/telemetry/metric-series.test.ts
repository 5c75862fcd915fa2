import { expect, test } from 'vitest';
import { type Metric, seriesOf, surpriseOf, tellingMetric } from './metric-series.ts';

const metric = (name: string, ...chances: number[]): Metric => ({
  name,
  kind: 'number',
  state: 'watched',
  reference: { records: 10, wanted: 10, quantiles: [0, 1, 2], shares: {} },
  windows: chances.map((p, at) => ({
    from: `2026-03-04T0${at}:00:00.000Z`,
    to: `2026-03-04T0${at + 1}:00:00.000Z`,
    ...{ records: 500, p, line: p < 0.01 ? 0.001 : 0, statistic: 'ks', value: 0.2, quantiles: null, shares: {} },
  })),
});

test('a chance of nothing stays on the chart, and no threshold is drawn where there was none', () => {
  expect(surpriseOf(0)).toBe(16);
  expect(surpriseOf(0.001)).toBeCloseTo(3);
  expect(seriesOf(metric('a', 0.5, 0.001)).line[0]).toBeNull();
  expect(seriesOf(metric('a', 0.5, 0.001)).line[1]).toBeCloseTo(3);
  expect(seriesOf(metric('a', 0.5)).middle).toEqual([null]);
});

test('what a drift rests on is shown first, else what surprises most', () => {
  const metrics = [metric('calm', 0.5), metric('wild', 0.5, 1e-9), metric('named', 0.4)];
  expect(tellingMetric(metrics, [])).toBe('wild');
  const drift = {
    ...{ detector: 'drift/x', began: { at: '', from: '', to: '' }, found: '', ended: null, beside: [] },
    metrics: [{ name: 'named', p: 0, what: '' }],
  };
  expect(tellingMetric(metrics, [drift])).toBe('named');
  expect(tellingMetric([], [drift])).toBeUndefined();
});
