/**
 * A/A streams: reference and window of one distribution, of the same size each, a thousand of them per metric and size. Of a thousand
 * streams at 1 %, ten alarms are expected and chance alone makes it three more or fewer, so the bound is ±20 % of the level **and**
 * four standard errors (168 rates are looked at together). `npm run bench:telemetry` counts twenty thousand, where ±20 % can be seen.
 */
import { expect, test } from 'vitest';
import { driftDetector } from '../../packages/platform/src/detection/drift/drift-detector.ts';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import detector from '../../packages/platform/src/detection/stream/model/features.ts';
import { alarmsOn, levels, tested, usualPsi } from './false-alarms.ts';
import { batches, rowsOf } from './replayed-metric.ts';
import { sources } from './streams.ts';

const streams = 1000;

function bound(level: number, of: number): number {
  return 0.2 * level + 4 * Math.sqrt((level * (1 - level)) / of);
}

test.each(Object.entries(sources))(
  '%s: alarms on streams in which nothing changed',
  (name, source) => {
    const rows: string[] = [];
    for (const records of [100, 1000, 10_000]) {
      const { alarms, fixedPsi } = alarmsOn(source, records, streams, name);
      for (const [place, level] of levels.entries()) {
        const rates = (alarms[place] ?? []).map((count) => count / streams);
        rows.push(
          `${String(records).padStart(6)} at ${level}: ${rates.map((rate, of) => `${tested[of]} ${(rate * 100).toFixed(1)} %`).join(', ')}; psi > 0.1 ${((fixedPsi / streams) * 100).toFixed(1)} %`,
        );
        for (const [of, rate] of rates.entries())
          expect(Math.abs(rate - level), `${tested[of]} at ${level} of ${records}`).toBeLessThanOrEqual(
            bound(level, streams),
          );
      }
    }
    console.log(`${name}\n${rows.join('\n')}`);
  },
  300_000,
);

test('a fixed limit of 0.1 on PSI is an alarm nearly always on a hundred records in which nothing changed', () => {
  const source = sources['feature (log-normal)'];
  if (source === undefined) throw new Error('there is no such source');
  const rate = usualPsi(source, 100, streams, 'psi');
  const ours = (alarmsOn(source, 100, streams, 'psi').alarms[1]?.[1] ?? 0) / streams;
  console.log(
    `PSI > 0.1 at n = 100: ${(rate * 100).toFixed(1)} %; PSI calibrated to 5 %: ${(ours * 100).toFixed(1)} %`,
  );
  expect(rate).toBeGreaterThan(0.75);
  expect(ours).toBeLessThan(0.08);
});

test('eight metrics of a model together are an alarm as often as was chosen', () => {
  const draw = drawsFor('eight metrics');
  const rate = 0.05;
  const { id, severity, title, techniques, explain } = detector;
  const together = driftDetector(
    { id, severity, title, techniques, explain, metrics: ({ features }) => features },
    { learn: 200, reference: 400, window: 400, rate, mostMetrics: 64 },
  );
  const kinds = [
    ...Object.values(sources).slice(0, 3),
    ...Object.values(sources).slice(0, 3),
    Math.random,
    Math.random,
  ];
  const runs = 600;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const running = together.start();
    const row = rowsOf(
      kinds.map((kind) => (kind === Math.random ? (each) => each() : kind)),
      draw,
    );
    for (const seen of batches(`together ${run}`, row, 1150)) alarms += [...running.see(seen)].length;
  }
  console.log(`eight metrics together: ${((100 * alarms) / runs).toFixed(1)} % at ${100 * rate} %`);
  expect(Math.abs(alarms / runs - rate)).toBeLessThanOrEqual(bound(rate, runs));
});
