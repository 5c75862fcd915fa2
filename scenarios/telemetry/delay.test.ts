/** Planted changes, thirty of each: how many records go by until they are found, at one false alarm in a thousand windows of 500. */
import { expect, test } from 'vitest';
import { delayOf } from './delay.ts';
import { shifts } from './streams.ts';

const runs = 30;
/** Records until half are found, at the most; and how many of the told intervals must hold the true time. */
const bounds: Readonly<Record<string, readonly [records: number, held: number]>> = {
  'mean + 0.3 spreads': [1500, 0.8],
  'spread × 1.5': [1000, 0.8],
  'class mix, 10 % moved': [1500, 0.8],
  'tail, 3 % far out': [2500, 0.7],
  'errors 1 % to 4 %': [2500, 0.7],
  'missing, 5 %': [1000, 0.8],
  // It has no moment at which it began.
  'slow, a spread in 10,000': [6000, 0],
};

test.each(Object.keys(shifts))('%s', (shift) => {
  const delays = Array.from({ length: runs }, (_, run) => delayOf(shift, run, 500));
  const found = delays.flatMap(({ records }) => records ?? []).sort((a, b) => a - b);
  const held = delays.filter((delay) => delay.held).length / Math.max(1, found.length);
  const median = found[Math.floor(found.length / 2)] ?? Number.POSITIVE_INFINITY;
  console.log(
    `${shift}: ${found.length} of ${runs} found, median ${median} records, slowest ${found.at(-1)}; the told interval holds the true time in ${Math.round(100 * held)} %; ${delays.filter(({ early }) => early).length} alarms before`,
  );
  const [records, least] = bounds[shift] ?? [0, 1];
  // A false alarm right before the change is told as one with it.
  expect(found.length).toBeGreaterThanOrEqual(0.9 * runs);
  expect(median).toBeLessThanOrEqual(records);
  expect(held).toBeGreaterThanOrEqual(least);
});
