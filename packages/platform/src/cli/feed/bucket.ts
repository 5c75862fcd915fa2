/**
 * Values of the log files in a bucket, the oldest file first, and of those that are written while it is followed.
 *
 * What must stay true: every object is read once, whenever the reading is interrupted. A place says up to which time of writing all was
 * read. An object may appear with an earlier time than that: it is written as of the beginning of its upload, and copied with the time
 * of its original. So all of the last hours are looked at again, and those that were read of them are kept by a mark; and a place never
 * stands later than the beginning of the listing that it is of, for a listing tells nothing of what is written behind its back. What
 * could not be read is kept by its key, and does not stop the rest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { isLogObject } from '../../events/read-events.ts';
import { type Bucket, type BucketObject, mayPass, ObjectGone, openBucket } from '../../intake/bucket.ts';
import { decompressed } from '../../intake/decompress.ts';
import { ReadingFailed } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { BucketProgress } from './bucket-progress.ts';
import type { FeedWish } from './files.ts';
import { type Fed, values } from './values.ts';

/** Objects that are kept in mind at once. */
const mostObjects = 500_000;
const ahead = 8;
const smallBytes = 4 << 20;
/** Listing is paid for by the request: a bucket is looked at again after this, or after ten times what listing it took. */
const lookEachMs = 10_000;
const longestMs = 10 * 60_000;
/** A bucket that cannot be listed for so long is told of. */
const patienceMs = 15 * 60_000;
/** A place takes a look at all that was read of late. */
const placeEachMs = 1000;

/**
 * @param wish `idle` is called after each look
 * @throws FirebreakError FB-SOURCE-UNREADABLE when it cannot be listed, FB-USAGE when it is no bucket or has more than can be sorted
 */
export async function* feedBucket(wish: FeedWish, eachMs: number = lookEachMs): AsyncGenerator<Fed> {
  const { follow, signal, idle } = wish;
  const bucket = await openBucket(wish.path);
  const progress = new BucketProgress(bucket.address, wish.places.get(wish.path), wish.since, eachMs);
  let listed = Date.now();
  let isTold = false;
  try {
    for (let looks = 0; ; looks += 1) {
      const began = Date.now();
      const found = await look(bucket, progress, signal).catch((error: unknown) => {
        if (looks === 0 || !mayPass(error)) throw error;
      });
      const took = Date.now() - began;
      if (found !== undefined) {
        [listed, isTold] = [began, false];
        progress.listedAt(began);
        for (const key of found.gone)
          yield { gap: unreadable(bucket.locator(key), 'It went away before it could be read.') };
        yield* objectsOf(bucket, found.objects, progress, wish);
      } else if (!isTold && began - listed > patienceMs) {
        isTold = true;
        yield { gap: unreadable(printable(wish.path), 'For a quarter of an hour it could not be listed.') };
      }
      if (!follow) return;
      await idle();
      await sleep(Math.min(longestMs, Math.max(eachMs, 10 * took)), undefined, { signal });
    }
  } finally {
    bucket.close();
  }
}

interface Look {
  /** The oldest first. */
  readonly objects: readonly BucketObject[];
  /** Keys that are not there any more and were never read. */
  readonly gone: readonly string[];
}

async function look(bucket: Bucket, progress: BucketProgress, signal: AbortSignal): Promise<Look> {
  const found: BucketObject[] = [];
  const there = new Set<string>();
  const now = Date.now();
  for await (const object of bucket.list(signal)) {
    if (!isLogObject(object.key)) continue;
    if (progress.isUnread(object.key)) there.add(object.key);
    if (!progress.lacks(object, now)) continue;
    found.push(object);
    if (found.length > mostObjects) {
      const why = `${printable(bucket.address)} has more than ${mostObjects} files that were not read: name a longer prefix, or --since.`;
      throw new FirebreakError('FB-USAGE', why);
    }
  }
  const gone = progress.dropUnlisted(there);
  return { gone, objects: found.sort((a, b) => a.written - b.written || (a.key < b.key ? -1 : 1)) };
}

type Value = Extract<Fed, { text: string }>;

/** Small objects are fetched some ahead of their turn: with those it is waiting for the first byte that takes the time. */
async function* objectsOf(
  bucket: Bucket,
  objects: readonly BucketObject[],
  progress: BucketProgress,
  wish: FeedWish,
): AsyncGenerator<Fed> {
  const waiting: { readonly object: BucketObject; readonly chunks: AsyncIterable<Uint8Array> }[] = [];
  // A place stands at the last value of an object: when that is kept, all of it is, and of those before.
  let end: Value | undefined;
  let placed = 0;
  for (let at = 0; at < objects.length || waiting.length > 0; ) {
    for (; waiting.length <= ahead && at < objects.length; at += 1) {
      const object = objects[at] as BucketObject;
      const chunks = bucket.read(object, wish.signal);
      waiting.push({ object, chunks: object.bytes > smallBytes ? chunks : fetched(chunks) });
    }
    const { object, chunks } = waiting.shift() as (typeof waiting)[number];
    let last: Value | undefined;
    for await (const fed of valuesOf(bucket.locator(object.key), object, chunks, progress, wish)) {
      if ('gap' in fed) yield fed;
      else {
        if (last !== undefined) yield last;
        else if (end !== undefined) {
          const isDue = Date.now() - placed >= placeEachMs;
          if (isDue) placed = Date.now();
          yield isDue ? { ...end, place: progress.place() } : end;
          end = undefined;
        }
        last = fed;
      }
    }
    end = last ?? end;
  }
  if (end !== undefined) yield { ...end, place: progress.place() };
}

async function* valuesOf(
  name: string,
  object: BucketObject,
  chunks: AsyncIterable<Uint8Array>,
  progress: BucketProgress,
  { follow, signal }: FeedWish,
): AsyncGenerator<Fed> {
  const clear = decompressed(chunks, name);
  try {
    yield* values(clear, { name, placeOf: () => undefined, signal, grows: false, amid: false });
    progress.read(object);
  } catch (error) {
    if (!(error instanceof ReadingFailed)) throw error;
    const { isFirst, again } = progress.failed(object, error instanceof ObjectGone, Date.now());
    if (!follow || isFirst || !again) yield { gap: again && follow ? tried(error.gap) : error.gap };
  }
}

/** Read at once, and handed on as one piece; whoever iterates gets it, or what went wrong. */
function fetched(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const all = (async () => {
    const read: Uint8Array[] = [];
    for await (const chunk of chunks) read.push(chunk);
    return Buffer.concat(read);
  })();
  all.catch(() => undefined);
  return (async function* () {
    const bytes = await all;
    if (bytes.length > 0) yield bytes;
  })();
}

function tried(told: Gap): Gap {
  return { ...told, reason: `${told.reason} It is tried again.` };
}

function unreadable(where: string, why: string): Gap {
  return gap('FB-SOURCE-UNREADABLE', ['*'], where, why);
}
