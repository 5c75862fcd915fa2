/**
 * How often a canary is rolled back with nothing wrong, and how often and how soon with something wrong. A few hundred of each here; the
 * ten thousand of docs/canary.md are `npm run bench:canary`.
 */
import { expect, test } from 'vitest';
import { interval } from '../intervals.ts';
import { simulatedConfig } from './simulate.ts';
import { tally } from './tally.ts';

const config = simulatedConfig();

test('of canaries with nothing wrong, at most two in a hundred are rolled back', () => {
  const { rolledBack, runs } = tally(config, 150);
  console.log(`nothing wrong: rolled back ${interval(rolledBack, runs)} of ${runs}`);
  expect(rolledBack).toBeLessThanOrEqual(3);
});

test.each([
  { shift: 0.05, least: 0.6 },
  { shift: 0.1, least: 0.95 },
  { shift: 0.25, least: 1 },
])('a latency that is $shift greater is found', ({ shift, least }) => {
  const { rolledBack, runs, minutes, percent } = tally(config, 30, { planted: { latency: shift }, from: 9000 });
  console.log(`latency +${100 * shift} %: found ${interval(rolledBack, runs)}, after ${minutes} min, at ${percent} %`);
  expect(rolledBack / runs).toBeGreaterThanOrEqual(least);
});
