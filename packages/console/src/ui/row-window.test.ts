import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowWindow } from './row-window.ts';

test('every row in sight is drawn, and never many more', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, inSight, where) => {
        const scrolled = where * Math.max(0, total * 36 - inSight);
        const { start, end } = rowWindow(scrolled, inSight, 36, total, 12);
        expect(start).toBeLessThanOrEqual(Math.floor(scrolled / 36));
        expect(end).toBeGreaterThanOrEqual(Math.min(total, Math.ceil((scrolled + inSight) / 36)));
        expect(end).toBeLessThanOrEqual(total);
        expect(end - start).toBeLessThanOrEqual(Math.ceil(inSight / 36) + 42);
      },
    ),
  );
});

test('no rows, no window; a scroll past the end stays within', () => {
  expect(rowWindow(0, 800, 36, 0, 12)).toEqual({ start: 0, end: 0 });
  const { start, end } = rowWindow(1e9, 800, 36, 10, 12);
  expect(end).toBe(10);
  expect(start).toBeLessThan(10);
});
