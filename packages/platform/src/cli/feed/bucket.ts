/**
 * Values of the log files in a bucket, the oldest file first, and of those that are written while it is followed.
 *
 * What must stay true: every object is read once, whenever the reading is interrupted. A place says when the newest object that was read
 * was written. An object may appear with an earlier time than that, for it is written as of the beginning of its upload: so all of the
 * last quarter of an hour are looked at again, and those that were read of them are kept by a mark. What could not be read is kept by
 * its key, and does not stop the rest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { isLogName } from '../../events/read-events.ts';
import { type Bucket, type BucketObject, mayPass, ObjectGone, openBucket } from '../../intake/bucket.ts';
import { decompressed } from '../../intake/decompress.ts';
import { ReadingFailed } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { FeedWish } from './files.ts';
import type { BucketPlace, FeedPlace } from './place.ts';
import { type Fed, values } from './values.ts';

const mayAppearMs = 15 * 60_000;
/** Objects that are kept in mind at once. */
const mostObjects = 500_000;
const tryAgainMs = 15 * 60_000;
const ahead = 8;
const smallBytes = 4 << 20;
/** Listing is paid for by the request: a bucket is looked at again after this, or after ten times what listing it took. */
const lookEachMs = 10_000;
const longestMs = 10 * 60_000;

/**
 * @param wish `idle` is called after each look
 * @throws FirebreakError FB-SOURCE-UNREADABLE when it cannot be listed, FB-USAGE when it is no bucket or has more than can be sorted
 */
export async function* feedBucket(wish: FeedWish, eachMs: number = lookEachMs): AsyncGenerator<Fed> {
  const { follow, signal, idle } = wish;
  const bucket = await openBucket(wish.path);
  const progress = new Progress(bucket, wish.places.get(wish.path), wish.since);
  try {
    for (let looks = 0; ; looks += 1) {
      const began = Date.now();
      const { objects, gone } = await unread(bucket, progress, signal).catch((error: unknown): Look => {
        if (looks > 0 && mayPass(error)) return { objects: [], gone: [] };
        throw error;
      });
      const took = Date.now() - began;
      for (const key of gone) yield { gap: unreadable(bucket, key, 'It went away before it could be read.') };
      for (const { object, chunks } of begun(bucket, objects, signal))
        yield* valuesOf(bucket, object, chunks, progress, wish);
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

async function unread(bucket: Bucket, progress: Progress, signal: AbortSignal): Promise<Look> {
  const found: BucketObject[] = [];
  const listed = new Set<string>();
  for await (const object of bucket.list(signal)) {
    if (!isLogName(object.key) || !progress.lacks(object)) continue;
    found.push(object);
    listed.add(object.key);
    if (found.length > mostObjects) {
      const why = `${printable(bucket.address)} has more than ${mostObjects} files that were not read: name a longer prefix, or --since.`;
      throw new FirebreakError('FB-USAGE', why);
    }
  }
  const gone = progress.dropUnlisted(listed);
  return { gone, objects: found.sort((a, b) => a.written - b.written || (a.key < b.key ? -1 : 1)) };
}

/** Small objects are fetched some ahead of their turn: with those it is waiting for the first byte that takes the time. */
function* begun(bucket: Bucket, objects: readonly BucketObject[], signal: AbortSignal) {
  const waiting: { readonly object: BucketObject; readonly chunks: AsyncIterable<Uint8Array> }[] = [];
  for (const object of objects) {
    const chunks = bucket.read(object, signal);
    waiting.push({ object, chunks: object.bytes > smallBytes ? chunks : fetched(chunks) });
    const next = waiting.length > ahead ? waiting.shift() : undefined;
    if (next !== undefined) yield next;
  }
  yield* waiting;
}

/** Read at once; whoever iterates gets it, or what went wrong. */
function fetched(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const all = (async () => {
    const read: Uint8Array[] = [];
    for await (const chunk of chunks) read.push(chunk);
    return read;
  })();
  all.catch(() => undefined);
  return (async function* () {
    yield* await all;
  })();
}

/** The place stands at the last value: when that is kept, all of the object is. */
async function* valuesOf(
  bucket: Bucket,
  object: BucketObject,
  chunks: AsyncIterable<Uint8Array>,
  progress: Progress,
  { follow, signal }: FeedWish,
): AsyncGenerator<Fed> {
  const name = printable(bucket.locator(object.key));
  const clear = decompressed(chunks, name);
  let held: Extract<Fed, { text: string }> | undefined;
  try {
    for await (const fed of values(clear, { name, placeOf: () => undefined, signal, grows: false, amid: false })) {
      if ('gap' in fed) {
        yield fed;
        continue;
      }
      if (held !== undefined) yield held;
      held = fed;
    }
    progress.read(object);
  } catch (error) {
    if (!(error instanceof ReadingFailed)) throw error;
    const again = progress.failed(object, error);
    if (!again || !follow) yield { gap: error.gap };
  }
  if (held !== undefined) yield { ...held, place: progress.place() };
}

class Progress {
  readonly #file: string;
  readonly #from: number;
  #newest: number;
  /** When each was written, by its mark. */
  readonly #read = new Map<string, number>();
  /** Since when it was tried, by key. */
  readonly #unread = new Map<string, number>();

  constructor(bucket: Bucket, place: FeedPlace | undefined, since: Date | undefined) {
    this.#file = bucket.address;
    this.#from = since?.getTime() ?? Number.NEGATIVE_INFINITY;
    const before = place !== undefined && 'written' in place ? place : undefined;
    this.#newest = before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(before.written);
    for (const mark of before?.read ?? []) this.#read.set(mark, this.#newest);
    for (const key of before?.unread ?? []) this.#unread.set(key, Date.now());
  }

  lacks(object: BucketObject): boolean {
    if (this.#unread.has(object.key)) return true;
    return object.written >= Math.max(this.#from, this.#newest - mayAppearMs) && !this.#read.has(markOf(object));
  }

  read(object: BucketObject): void {
    this.#unread.delete(object.key);
    this.#newest = Math.max(this.#newest, object.written);
    this.#read.set(markOf(object), object.written);
  }

  /** @returns whether it is worth trying again */
  failed(object: BucketObject, error: ReadingFailed): boolean {
    const since = this.#unread.get(object.key) ?? Date.now();
    const again = !(error instanceof ObjectGone) && Date.now() - since < tryAgainMs;
    this.read(object);
    if (again) this.#unread.set(object.key, since);
    return again;
  }

  /** @returns what was to be tried again and is not there any more */
  dropUnlisted(listed: ReadonlySet<string>): readonly string[] {
    const gone = [...this.#unread.keys()].filter((key) => !listed.has(key));
    for (const key of gone) this.#unread.delete(key);
    return gone;
  }

  place(): BucketPlace {
    for (const [mark, written] of this.#read) if (written < this.#newest - mayAppearMs) this.#read.delete(mark);
    const written = new Date(this.#newest).toISOString();
    return { file: this.#file, written, read: [...this.#read.keys()], unread: [...this.#unread.keys()] };
  }
}

function unreadable(bucket: Bucket, key: string, why: string): Gap {
  return gap('FB-SOURCE-UNREADABLE', ['*'], printable(bucket.locator(key)), why);
}

function markOf({ key, etag }: BucketObject): string {
  return sha256Hex(`${key}\n${etag}`).slice(0, 16);
}
