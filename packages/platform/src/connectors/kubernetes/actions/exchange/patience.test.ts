import { FirebreakError } from '@firebreak/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitFor } from './patience.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const never = new AbortController().signal;

test('looks at once, and no more when that settles it', async () => {
  const look = vi.fn(async () => 7);
  expect(await waitFor(look, () => true, { atMost: 0, every: 500 }, never)).toEqual({
    last: 7,
    settled: true,
    seconds: 0,
  });
  expect(look).toHaveBeenCalledTimes(1);
});

test('says how long it took, and gives up when patience ends', async () => {
  let count = 0;
  const look = async () => {
    count += 1;
    return count;
  };
  const patience = { atMost: 2000, every: 500 };
  const settling = waitFor(look, (seen) => seen === 3, patience, never);
  await vi.runAllTimersAsync();
  expect(await settling).toEqual({ last: 3, settled: true, seconds: 1 });
  count = 10;
  const hopeless = waitFor(look, () => false, patience, never);
  await vi.runAllTimersAsync();
  expect(await hopeless).toEqual({ last: 15, settled: false, seconds: 2 });
});

test('an abort ends the wait at once', async () => {
  const stop = new AbortController();
  const waiting = waitFor(
    async () => 0,
    () => false,
    { atMost: 60_000, every: 60_000 },
    stop.signal,
  );
  const ended = expect(waiting).rejects.toThrow(FirebreakError);
  await vi.advanceTimersByTimeAsync(10);
  stop.abort();
  await ended;
  expect(vi.getTimerCount()).toBe(0);
});
