import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binOf, learnNumbers } from './binning.ts';
import { discoveryLine } from './false-discoveries.ts';
import { HeavyHitters } from './heavy-hitters.ts';
import { Quantiles } from './quantiles.ts';

/** Within seven orders of magnitude; beyond that those nearest to zero share a bucket. */
const value = fc.oneof(
  fc.double({ min: -1e5, max: -1e-2, noNaN: true }),
  fc.constant(0),
  fc.double({ min: 1e-2, max: 1e5, noNaN: true }),
);
const numbers = fc.array(value, { minLength: 1, maxLength: 300 });

test('quantiles are within two in a hundred, also after a merge and a restart', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.constantFrom(0.05, 0.5, 0.95), (one, other, share) => {
      const [left, right] = [new Quantiles(), new Quantiles()];
      for (const value of one) left.add(value);
      for (const value of other) right.add(value);
      left.merge(right);
      const restored = new Quantiles(left.state());
      const sorted = [...one, ...other].sort((a, b) => a - b);
      const exact = sorted[Math.floor(share * (sorted.length - 1))] as number;
      const next = sorted[Math.ceil(share * (sorted.length - 1))] as number;
      for (const sketch of [left, restored]) {
        expect(sketch.count).toBe(sorted.length);
        const off = Math.min(
          ...[exact, next].map((value) => Math.abs(sketch.at(share) - value) - 0.021 * Math.abs(value)),
        );
        expect(off).toBeLessThanOrEqual(1e-9);
      }
    }),
  );
});

test('what is hostile to a logarithm has a quantile', () => {
  const sketch = new Quantiles();
  for (const value of [0, -0, 5e-324, -1e308, 1e308]) sketch.add(value);
  expect(sketch.at(0.5)).toBe(0);
  expect(sketch.at(1)).toBeGreaterThan(1e149);
  expect(() => new Quantiles('no sketch')).toThrow();
});

test('heavy hitters: never too low, too high by what is said, and none with its share is missed', () => {
  const words = fc.array(fc.nat(60).map(String), { maxLength: 500 });
  fc.assert(
    fc.property(words, words, (one, other) => {
      const [left, right] = [new HeavyHitters(10), new HeavyHitters(10)];
      for (const word of one) left.add(word);
      for (const word of other) right.add(word);
      const whole = new HeavyHitters(10, left.state());
      const truth = (list: readonly string[], value: string) => list.filter((each) => each === value).length;
      for (const { value, count, over } of whole.top()) {
        expect(count).toBeGreaterThanOrEqual(truth(one, value));
        expect(count - over).toBeLessThanOrEqual(truth(one, value));
      }
      const kept = new Set(whole.top().map(({ value }) => value));
      for (const word of new Set(one)) if (truth(one, word) > one.length / 10) expect(kept).toContain(word);
      whole.merge(right);
      expect(whole.total).toBe(one.length + other.length);
    }),
  );
});

test('bins stand in order and every value has one', () => {
  fc.assert(
    fc.property(numbers, numbers, (learned, asked) => {
      const binning = learnNumbers(learned);
      const { bins, ordered, centres } = binning.layout;
      expect(centres).toHaveLength(ordered);
      expect(centres.every((centre, place) => place === 0 || centre >= (centres[place - 1] as number))).toBe(true);
      const sorted = asked.toSorted((a, b) => a - b).map((value) => binOf(binning, value));
      expect(sorted).toEqual(sorted.toSorted((a, b) => a - b));
      expect(Math.max(...sorted)).toBeLessThan(ordered);
      expect(binOf(binning, undefined)).toBe(bins - 1);
    }),
  );
});

test('of many tests those count that Benjamini and Hochberg let count', () => {
  // The example of their paper, at 5 %: the four smallest count.
  const theirs = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  expect(discoveryLine(theirs, 0.05)).toBe(0.0095);
  expect(discoveryLine([0.2, 0.9], 0.05)).toBe(0);
  expect(discoveryLine([], 0.05)).toBe(0);
});
