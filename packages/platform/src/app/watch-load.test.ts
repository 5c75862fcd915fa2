/** What is unseen is what was appended behind the watch's place, however its counts come; and a watch that stands still holds nobody up. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LoadMeter } from './watch-load.ts';

const block = fc.record({
  events: fc.integer({ min: 1, max: 2000 }),
  left: fc.integer({ min: 0, max: 3 }),
  reached: fc.nat(3),
});

test('what is unseen is what was appended behind the place', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 40 }), (how) => {
      const meter = new LoadMeter();
      const blocks: { upto: number; events: number }[] = [];
      let [no, place, at] = [1, 0, 0];
      for (const { events, left, reached } of how) {
        const upto = no + events + left - 1;
        meter.appended({ no, upto, places: left === 0 ? null : Array.from({ length: events }, (_, each) => each) });
        blocks.push({ upto, events });
        no = upto + 1;
        place = Math.max(place, blocks.at(-1 - reached)?.upto ?? 0);
        at += 100;
        meter.reached({ position: place, seen: 0, busyMs: 0 }, at);
        const unseen = blocks.filter((each) => each.upto > place).reduce((sum, each) => sum + each.events, 0);
        expect(meter.load(at)?.unseen).toBe(unseen);
      }
    }),
  );
});

test('how fast it is follows its own work, not the time that it waits for events', () => {
  const meter = new LoadMeter();
  let at = 0;
  const reached = (seen: number, busyMs: number) => {
    at += 1000;
    meter.reached({ position: seen, seen, busyMs }, at);
    return Math.round(meter.load(at)?.perSecond ?? 0);
  };
  reached(0, 0);
  expect(reached(20_000, 1000)).toBe(20_000);
  expect(reached(20_000, 1000)).toBe(20_000);
  expect(reached(25_000, 1500)).toBe(15_000);
  expect(reached(25_010, 2500)).toBe(2000);
});

test('who does not follow, or stands still, is told as such', () => {
  const meter = new LoadMeter();
  meter.appended({ no: 1, upto: 100, places: null });
  expect(meter.load(0)).toBeUndefined();
  meter.reached({ position: 0, seen: 0, busyMs: 0 }, 1000);
  expect(meter.load(30_000)?.unseen).toBe(100);
  meter.reached({ position: 0, seen: 0, busyMs: 0 }, 31_000);
  expect(meter.load(32_000)).toBeUndefined();
  meter.reached({ position: 50, seen: 50, busyMs: 5 }, 33_000);
  expect(meter.load(34_000)?.unseen).toBe(100);
  meter.begun();
  expect(meter.load(34_000)).toBeUndefined();
});
