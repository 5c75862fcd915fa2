import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { settableClock } from './settable-clock.ts';

test('the system clock lies between two looks at the wall', () => {
  const before = Date.now();
  const now = systemClock.now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('a settable clock moves only when it is moved, and what it gave out stays', () => {
  const clock = settableClock('2026-03-01T12:00:00.000Z');
  const first = clock.now();
  clock.advance(1500);
  expect(clock.now().toISOString()).toBe('2026-03-01T12:00:01.500Z');
  clock.set(new Date(0));
  expect(clock.now().getTime()).toBe(0);
  expect(first.toISOString()).toBe('2026-03-01T12:00:00.000Z');
  expect(() => clock.set('yesterday')).toThrow(RangeError);
});
