/** Each object once: through interruption, late appearance, listings that take long, and what cannot be read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BucketObject } from '../../intake/bucket.ts';
import { BucketProgress } from './bucket-progress.ts';
import type { BucketPlace } from './place.ts';

const hour = 60 * 60_000;
const start = Date.parse('2026-11-22T00:00:00Z');
const object = (key: string, written: number, etag = 'e'): BucketObject => ({ key, etag, written, bytes: 1 });
const begin = (place?: BucketPlace, since?: Date) => new BucketProgress('s3://b/', place, since, 1000);

test('what appears behind the back of a long listing is read at the next', () => {
  const progress = begin();
  progress.listedAt(start);
  // Found at the end of a listing that took five hours; the other appeared where it had been already.
  progress.read(object('z', start + 5 * hour));
  expect(progress.place().written).toBe(new Date(start).toISOString());
  expect(progress.lacks(object('a', start + 1000), start + 5 * hour)).toBe(true);
  expect(progress.lacks(object('z', start + 5 * hour), start + 5 * hour)).toBe(false);
});

test('what cannot be read is due again after ever longer, is given up after a quarter of an hour, and outlives a restart', () => {
  const progress = begin();
  const one = object('k', start);
  expect(progress.failed(one, false, start)).toEqual({ isFirst: true, again: true });
  expect([progress.lacks(one, start + 999), progress.lacks(one, start + 1000)]).toEqual([false, true]);
  expect(progress.failed(one, false, start + 1000)).toEqual({ isFirst: false, again: true });
  expect([progress.lacks(one, start + 2999), progress.lacks(one, start + 3000)]).toEqual([false, true]);
  const again = begin(progress.place(), new Date(start + hour));
  expect(again.lacks(one, Date.now())).toBe(true);
  expect(progress.failed(one, false, start + hour / 4)).toEqual({ isFirst: false, again: false });
  expect(progress.lacks(one, start + hour)).toBe(false);
  expect(progress.failed(object('gone', start), true, start)).toEqual({ isFirst: true, again: false });
});

test('what went away is told once, and other content under a key is another object', () => {
  const progress = begin();
  progress.failed(object('k', start), false, start);
  expect([progress.dropUnlisted(new Set()), progress.dropUnlisted(new Set())]).toEqual([['k'], []]);
  progress.read(object('m', start));
  expect([progress.lacks(object('m', start), start), progress.lacks(object('m', start, 'f'), start)]).toEqual([
    false,
    true,
  ]);
});

test('however often it is interrupted, whatever appears within two hours is read once', () => {
  const appearing = fc.record({ written: fc.integer({ min: 0, max: 600 }), late: fc.integer({ min: 0, max: 118 }) });
  fc.assert(
    fc.property(
      fc.array(appearing, { minLength: 1, maxLength: 60 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      (files, interrupted) => {
        const read = new Map<string, number>();
        let progress = begin();
        let place: BucketPlace | undefined;
        for (const [look, stops] of interrupted.entries()) {
          // Twenty minutes from look to look.
          const now = look * 20;
          progress.listedAt(start + now * 60_000);
          const there = files
            .map(({ written, late }, at) => ({ seen: written + late, one: object(`k${at}`, start + written * 60_000) }))
            .filter(({ seen, one }) => seen <= now && progress.lacks(one, start + now * 60_000))
            .sort((a, b) => a.one.written - b.one.written);
          for (const { one } of there) {
            progress.read(one);
            read.set(one.key, (read.get(one.key) ?? 0) + 1);
            place = progress.place();
          }
          if (stops) progress = begin(place);
        }
        expect([...read].filter(([, times]) => times !== 1)).toEqual([]);
        expect(read.size).toBe(files.length);
      },
    ),
  );
});
