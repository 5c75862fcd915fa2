import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learnTexts, yesOrNo } from './binning.ts';
import { HeavyHitters } from './heavy-hitters.ts';
import { drawHypergeometric, logGamma, shuffleInto } from './hypergeometric.ts';
import { permutationTest } from './permutation-test.ts';
import { drawsFor } from './random-draws.ts';

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

test('draws are hypergeometric', () => {
  const draw = drawsFor('hypergeometric');
  for (const [total, marked, taken] of [
    [30, 12, 10],
    [400, 7, 100],
    [70_000, 3, 35_000],
  ] as const) {
    const counts = new Map<number, number>();
    const times = 20_000;
    for (let time = 0; time < times; time++) {
      const drawn = drawHypergeometric(draw, total, marked, taken);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    for (let k = Math.max(0, taken - total + marked); k <= Math.min(marked, taken); k++) {
      const p = Math.exp(logChoose(marked, k) + logChoose(total - marked, taken - k) - logChoose(total, taken));
      const near = 5 * Math.sqrt(Math.max(0, p * (1 - p)) / times) + 1e-3;
      expect(Math.abs((counts.get(k) ?? 0) / times - p), `${k} of ${marked}`).toBeLessThan(near);
    }
  }
});

test('a shuffle keeps what there is', () => {
  const some = fc.array(fc.nat(500), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), fc.string(), (counts, share, seed) => {
      const pooled = Float64Array.from(counts);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const taken = Math.floor(share * total);
      const into = new Float64Array(pooled.length);
      shuffleInto(into, drawsFor(seed), pooled, total, taken);
      expect(into.reduce((sum, count) => sum + count, 0)).toBe(taken);
      for (const [bin, count] of into.entries()) expect(count >= 0 && count <= (pooled[bin] as number)).toBe(true);
    }),
  );
});

test('on few records and two bins the level is still exact', () => {
  const draw = drawsFor('few');
  const sample = () => {
    const counts = new Float64Array(3);
    for (let record = 0; record < 12; record++) {
      const bin = draw() < 0.2 ? 1 : 0;
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts;
  };
  let alarms = 0;
  const runs = 8000;
  for (let run = 0; run < runs; run++)
    if (permutationTest(yesOrNo.layout, sample(), sample(), { shuffles: 200, enough: 5, draw }).p <= 0.05) alarms += 1;
  // Four standard errors.
  expect(Math.abs(alarms / runs - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / runs));
});

test('where all records are in one bin nothing is an alarm', () => {
  const draw = drawsFor('one bin');
  const counts = Float64Array.from([300, 0, 0]);
  for (let run = 0; run < 200; run++)
    expect(permutationTest(yesOrNo.layout, counts, counts, { shuffles: 100, enough: 2, draw }).p).toBe(1);
});

test('a new value is found, and says by which statistic', () => {
  const seen = new HeavyHitters(10);
  for (const value of ['a', 'a', 'a', 'b']) seen.add(value);
  const { layout } = learnTexts(seen);
  const result = permutationTest(layout, Float64Array.from([300, 100, 0, 0]), Float64Array.from([60, 20, 20, 0]), {
    shuffles: 2000,
    enough: 2,
    draw: drawsFor('new'),
  });
  expect(result.p).toBeLessThanOrEqual(0.001);
  expect(['psi', 'js', 'g']).toContain(result.strongest);
});
