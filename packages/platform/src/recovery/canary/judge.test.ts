/** The judge on small worlds, and properties of what it stands on. */
import { judgeSettingsSchema, type MetricRule, metricRuleSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawsFor } from '../../detection/drift/random-draws.ts';
import { judgeMetric, verdictOf } from './judge.ts';
import { type SeenBlock, unseen } from './observed.ts';
import { blockOf, rankSum } from './rank-sum.ts';
import { shareTest } from './share-test.ts';
import { shiftOf, shiftTest } from './shift-test.ts';
import { lineOf } from './spending.ts';

const random = drawsFor('judge');
const sample = (count: number, around: number, spread: number) =>
  Array.from({ length: count }, () => around + spread * (random() + random() + random() - 1.5));
const values = (baseline: readonly (number | null)[], canary: readonly (number | null)[]): SeenBlock => ({
  baseline: { values: baseline, offered: baseline.length, hits: 0, total: 0 },
  canary: { values: canary, offered: canary.length, hits: 0, total: 0 },
});
const shares = (was: readonly [number, number], is: readonly [number, number]): SeenBlock => ({
  baseline: { values: [], offered: 0, hits: was[0], total: was[1] },
  canary: { values: [], offered: 0, hits: is[0], total: is[1] },
});
const rule = (more: object = {}): MetricRule => metricRuleSchema.parse({ name: 'latency', ...more });
/** Kayenta's own: 98 %, a quarter. */
const kayenta = { line: 0.01, tolerance: 0.25, minSamples: 10 };

describe('a metric', () => {
  // As Kayenta's ClassifierSuite has them: the same, higher, lower, and the direction that counts.
  const low = sample(60, 10, 1);
  const high = sample(60, 40, 1);
  test.each([
    { worse: 'either', was: low, is: low, class: 'pass' },
    { worse: 'either', was: low, is: high, class: 'high' },
    { worse: 'either', was: high, is: low, class: 'low' },
    { worse: 'increase', was: high, is: low, class: 'pass' },
    { worse: 'decrease', was: low, is: high, class: 'pass' },
    { worse: 'either', was: low, is: [], class: 'cannot-tell' },
    { worse: 'either', was: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], is: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], class: 'pass' },
  ])('that is bad at $worse: $class', ({ worse, was, is, class: expected }) => {
    expect(judgeMetric(rule({ worse }), [values(was, is)], kayenta).class).toBe(expected);
  });

  test('what is missing is left out or counts as nothing; what is far out is left out of values only', () => {
    const was = [...sample(200, 10, 1), null, 1e9];
    const found = judgeMetric(rule(), [values(was, sample(50, 10, 1))], kayenta);
    expect(found.baseline).toMatchObject({ count: 200, missing: 1, outliers: 1 });
    const zero = judgeMetric(rule({ missing: 'zero', outliers: 'keep' }), [values(was, sample(50, 10, 1))], kayenta);
    expect(zero.baseline).toMatchObject({ count: 202, missing: 1, outliers: 0 });
  });

  test('a shift counts when it is more certain than a quarter of its own size, as Kayenta has it', () => {
    // Certain to be a shift, by an interval that comes nearer to nothing than a quarter of the estimate.
    const spread = Array.from({ length: 24 }, (_, place) => 60 + place * 3.5);
    const wide = values(
      spread,
      spread.map((value, place) => value + 22 + (place % 5) / 10),
    );
    const without = judgeMetric(rule(), [wide], { ...kayenta, tolerance: 0 });
    expect(without).toMatchObject({ class: 'high' });
    expect((without.shiftFrom ?? 0) / (without.shift ?? 1)).toBeGreaterThan(0);
    expect((without.shiftFrom ?? 0) / (without.shift ?? 1)).toBeLessThan(0.25);
    expect(judgeMetric(rule(), [wide], kayenta).class).toBe('pass');
  });

  test('an outlier must be beyond three interquartile ranges and beyond the 99th percentile: of few values none is', () => {
    const far = 1e6;
    const of = (count: number) =>
      judgeMetric(rule(), [values([...sample(count, 10, 1), far], sample(99, 10, 1))], kayenta);
    expect(of(50).baseline).toMatchObject({ count: 51, outliers: 0 });
    expect(of(150).baseline).toMatchObject({ count: 150, outliers: 1 });
    // Within three interquartile ranges nothing is, however rare.
    const near = judgeMetric(rule(), [values([...sample(150, 10, 1), 11.9], sample(99, 10, 1))], kayenta);
    expect(near.baseline.outliers).toBe(0);
  });

  test('a difference that is certain and small does not count where a greater one is asked for', () => {
    const block = values(sample(500, 100, 5), sample(500, 104, 5));
    expect(judgeMetric(rule(), [block], kayenta).class).toBe('high');
    const effect = { allowedIncrease: 1.1, criticalIncrease: 1.5 };
    expect(judgeMetric(rule({ effect }), [block], kayenta).class).toBe('pass');
    const worse = judgeMetric(rule({ effect }), [values(sample(500, 100, 5), sample(500, 160, 5))], kayenta);
    expect(worse).toMatchObject({ class: 'high', failsAlone: true });
    const cles = { measure: 'cles', allowedIncrease: 0.6 };
    expect(judgeMetric(rule({ effect: cles }), [block], kayenta).effect?.measure).toBe('cles');
  });

  test('what moves both versions from block to block hides nothing and makes up nothing', () => {
    const day = [100, 300, 900];
    const alike = day.map((load) => values(sample(200, load, 10), sample(40, load, 10)));
    expect(judgeMetric(rule(), alike, kayenta).class).toBe('pass');
    const slower = day.map((load) => values(sample(200, load, 10), sample(40, load + 8, 10)));
    const found = judgeMetric(rule(), slower, kayenta);
    expect(found.class).toBe('high');
    expect(found.shift).toBeGreaterThan(5);
    expect(found.shift).toBeLessThan(11);
  });

  test('shares: rare things are counted exactly, and an allowed difference is allowed', () => {
    const leak = rule({ kind: 'proportion' });
    expect(judgeMetric(leak, [shares([0, 2000], [5, 200])], kayenta)).toMatchObject({ class: 'high' });
    expect(judgeMetric(leak, [shares([1, 2000], [1, 200])], kayenta)).toMatchObject({ class: 'pass' });
    expect(judgeMetric({ ...leak, allowedDifference: 0.2 }, [shares([0, 2000], [5, 200])], kayenta).class).toBe('pass');
  });

  test('pairs, and queries that must hold', () => {
    const wrong = rule({ kind: 'pairs' });
    expect(judgeMetric(wrong, [shares([0, 50], [9, 50])], kayenta).class).toBe('high');
    expect(judgeMetric(wrong, [shares([8, 50], [9, 50])], kayenta).class).toBe('pass');
    const broken = judgeMetric(wrong, [unseen], { ...kayenta, broken: ['who are you'] });
    expect(broken).toMatchObject({ class: 'high', failsAlone: true });
    expect(broken.why).toContain('who are you');
  });
});

describe('the whole', () => {
  const settings = judgeSettingsSchema.parse({ groupWeights: { safety: 60 } });
  const good = values(sample(50, 10, 1), sample(50, 10, 1));
  const bad = values(sample(50, 10, 1), sample(50, 20, 1));
  const judged = (name: string, block: SeenBlock, more: object = {}) =>
    judgeMetric(rule({ name, ...more }), [block], kayenta);

  test('groups by their weights; what has none shares what is left', () => {
    const metrics = [judged('a', bad), judged('b', good), judged('c', good, { group: 'safety' })];
    const verdict = verdictOf(metrics, settings);
    expect(verdict).toMatchObject({ class: 'marginal', score: 80 });
    expect(verdict.groups).toEqual([
      { group: 'business', score: 50, weight: 40 },
      { group: 'safety', score: 100, weight: 60 },
    ]);
    expect(verdict.reasons).toHaveLength(1);
    expect(verdictOf([judged('a', bad), judged('c', bad, { group: 'safety' })], settings).class).toBe('fail');
  });
  test('a critical one fails it alone, and what nobody can tell is no pass', () => {
    expect(verdictOf([judged('a', bad, { critical: true }), judged('b', good)], settings)).toMatchObject({
      class: 'fail',
      score: 0,
    });
    expect(verdictOf([judged('a', unseen), judged('b', good)], settings)).toMatchObject({
      class: 'cannot-tell',
      score: 100,
    });
    expect(verdictOf([judged('a', unseen)], settings)).toMatchObject({ class: 'cannot-tell', score: null });
  });
});

describe('what it stands on', () => {
  const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });
  test('U counts pairs, whatever the ties', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: -3, max: 3 }), (was, is, shift) => {
        const pairs = is.flatMap((x) => was.map((y) => Math.sign(x - shift - y)));
        expect(rankSum(blockOf(was, is), shift).u).toBe(pairs.reduce((sum, sign) => sum + (sign + 1) / 2, 0));
      }),
    );
  });
  test('exchanging the samples exchanges the tails and turns the shift around', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 4 }), (blocks) => {
        const [there, back] = [blocks.map(([a, b]) => blockOf(a, b)), blocks.map(([a, b]) => blockOf(b, a))];
        expect(shiftTest(there).greater).toBeCloseTo(shiftTest(back).smaller, 10);
        const [one, other] = [shiftOf(there, 0.9), shiftOf(back, 0.9)];
        expect(one === null).toBe(other === null);
        expect(one?.from ?? 0).toBeLessThanOrEqual(one?.to ?? 0);
        expect(one?.from ?? 0).toBeCloseTo(-(other?.to ?? 0), 6);
      }),
    );
  });
  test('the interval of small samples is R’s', () => {
    // wilcox.test(x, y, conf.int = TRUE) of the example on R's help page: W = 35, p = 0.1272, 95 % from −0.15 to 0.76, estimate 0.305.
    const x = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const y = [1.15, 0.88, 0.9, 0.74, 1.21];
    const block = blockOf(y, x);
    expect(rankSum(block).u).toBe(35);
    expect(shiftTest([block]).greater).toBeCloseTo(0.1272, 4);
    const shift = shiftOf([block], 0.95);
    expect(shift?.estimate).toBeCloseTo(0.305, 10);
    expect([shift?.from, shift?.to].map((edge) => edge?.toFixed(2))).toEqual(['-0.15', '0.76']);
  });
  test('shares over blocks are what counting every way gives', () => {
    const small = fc.integer({ min: 0, max: 5 });
    const side = fc.tuple(small, small).map(([a, b]) => ({ hits: Math.min(a, b), total: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(fc.record({ baseline: side, canary: side }), { minLength: 1, maxLength: 3 }), (blocks) => {
        let ways = new Map([[0, 1]]);
        for (const { baseline, canary } of blocks) {
          const next = new Map<number, number>();
          const hits = baseline.hits + canary.hits;
          for (const [sum, count] of ways)
            for (let k = Math.max(0, hits - baseline.total); k <= Math.min(hits, canary.total); k++)
              next.set(
                sum + k,
                (next.get(sum + k) ?? 0) + count * choose(canary.total, k) * choose(baseline.total, hits - k),
              );
          ways = next;
        }
        const seen = blocks.reduce((sum, { canary }) => sum + canary.hits, 0);
        const all = [...ways.values()].reduce((sum, count) => sum + count, 0);
        const above = [...ways].filter(([sum]) => sum >= seen).reduce((sum, [, count]) => sum + count, 0);
        expect(shareTest(blocks).greater).toBeCloseTo(above / all, 10);
      }),
    );
  });
  test('no plan of looks spends more than there is', () => {
    const spendings = fc.constantFrom('even' as const, 'late' as const);
    fc.assert(
      fc.property(
        spendings,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (spending, looks, metrics) => {
          const lines = Array.from({ length: looks + 3 }, (_, look) =>
            lineOf({ falseRollback: 0.02, spending }, { look, looks, metrics }),
          );
          const spent = metrics * lines.reduce((sum, line) => sum + line, 0);
          expect(spent).toBeCloseTo(0.02, 8);
          expect(lines.slice(looks)).toEqual([0, 0, 0]);
        },
      ),
    );
  });
});

function choose(of: number, taken: number): number {
  let ways = 1;
  for (let k = 1; k <= taken; k++) ways = (ways * (of - taken + k)) / k;
  return ways;
}
