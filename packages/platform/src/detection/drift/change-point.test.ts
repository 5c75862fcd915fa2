import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changePoint } from './change-point.ts';

const reference = [700, 200, 100, 0];

test('a change that nobody can overlook is told with its slice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 20, max: 200 }), (at, records) => {
      const slices = Array.from({ length: 30 }, (_, slice) =>
        slice < at
          ? [0.7 * records, 0.2 * records, 0.1 * records, 0]
          : [0, 0.2 * records, 0.1 * records, 0.7 * records],
      );
      const found = changePoint(reference, slices);
      expect(found.slice).toBe(at);
      expect(found.from <= at && at <= found.to).toBe(true);
    }),
  );
});

test('where nothing tells when, the interval is wide', () => {
  const slices = Array.from({ length: 30 }, () => [7, 2, 1, 0]);
  const { from, to } = changePoint(reference, slices);
  expect(to - from).toBeGreaterThan(20);
});

test('the interval lies around the slice, whatever the counts', () => {
  const counts = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(counts, fc.array(counts, { minLength: 1, maxLength: 60 }), (of, slices) => {
      const { slice, from, to } = changePoint(of, slices);
      expect(0 <= from && from <= slice && slice <= to && to < slices.length).toBe(true);
    }),
  );
});
