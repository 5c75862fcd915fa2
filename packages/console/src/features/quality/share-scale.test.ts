import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareText, spanText, whisker } from './share-scale.ts';

test('a whisker stays in its drawing and keeps its order', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, most) => {
      const [low = 0, value = 0, high = 0] = [a, b, c].sort((x, y) => x - y);
      const drawn = whisker({ low, value, high, of: 3 }, most, 100);
      expect(drawn.low).toBeLessThanOrEqual(drawn.bar);
      expect(drawn.bar).toBeLessThanOrEqual(drawn.high);
      expect(drawn.high).toBeLessThanOrEqual(100);
    }),
  );
});

test('a small share is never written as nothing', () => {
  expect(['0 %', '3 of a million', '0.4 %', '83 %', '100 %']).toEqual(
    [0, 0.000003, 0.004, 0.831, 1].map((share) => shareText(share)),
  );
});

test('a span is written in its two largest units', () => {
  expect([40, 1000, 61_000, 3_600_000, 90_000_000].map(spanText)).toEqual([
    '40 ms',
    '1 s',
    '1 min 1 s',
    '1 h',
    '1 d 1 h',
  ]);
});
