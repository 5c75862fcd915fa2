import { expect, test } from 'vitest';
import { gap } from './gap.ts';
import { makeGapTally } from './gap-tally.ts';
import { inOrder } from './in-order.ts';

test('results come in the order of the things, with no more at work than allowed', async () => {
  let running = 0;
  let most = 0;
  const results = [];
  for await (const result of inOrder([30, 1, 20, 1, 10], 2, async (ms) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, ms));
    running -= 1;
    return ms;
  }))
    results.push(result);
  expect(results).toEqual([30, 1, 20, 1, 10]);
  expect(most).toBe(2);
});

test('a failure is met in its turn', async () => {
  const seen: number[] = [];
  const run = async () => {
    for await (const each of inOrder([1, 2, 3], 3, async (n) => (n === 2 ? Promise.reject(new Error('two')) : n)))
      seen.push(each);
  };
  await expect(run()).rejects.toThrow('two');
  expect(seen).toEqual([1]);
});

test('many gaps of one kind are told once and counted', () => {
  const tally = makeGapTally(2);
  const told = Array.from({ length: 9 }, (_, at) =>
    tally.add(gap('FB-HTTP-FORBIDDEN', ['oci.tag'], `/${at}`, 'No.')),
  ).flat();
  expect(told).toHaveLength(2);
  expect(tally.rest()).toMatchObject([{ code: 'FB-HTTP-FORBIDDEN', reason: '7 more like it.' }]);
});
