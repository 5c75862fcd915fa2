/** What was read of a bucket, and what is to be tried again. */
import type { BucketObject } from '../../intake/bucket.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { BucketPlace, FeedPlace } from './place.ts';

/** So much later than its time of writing an object may appear. */
const mayAppearMs = 2 * 60 * 60_000;
const tryAgainMs = 15 * 60_000;
const longestWaitMs = 5 * 60_000;

interface Unread {
  readonly since: number;
  readonly next: number;
  readonly wait: number;
}

export class BucketProgress {
  readonly #address: string;
  readonly #from: number;
  readonly #firstWaitMs: number;
  #newest: number;
  #listed = Number.POSITIVE_INFINITY;
  /** When each was written, by its mark. */
  readonly #read = new Map<string, number>();
  /** By key. */
  readonly #unread = new Map<string, Unread>();

  /** @param waitMs before what could not be read is tried again; twice as long each time */
  constructor(address: string, place: FeedPlace | undefined, since: Date | undefined, waitMs: number) {
    this.#address = address;
    this.#from = since?.getTime() ?? Number.NEGATIVE_INFINITY;
    this.#firstWaitMs = waitMs;
    const before = place !== undefined && 'written' in place ? place : undefined;
    this.#newest = before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(before.written);
    // When they were written is not kept: so they are for as long as any may appear.
    for (const mark of before?.read ?? []) this.#read.set(mark, Date.now());
    for (const key of before?.unread ?? []) this.#unread.set(key, { since: Date.now(), next: 0, wait: waitMs });
  }

  /** @param began of the listing that the objects are of that are read now */
  listedAt(began: number): void {
    this.#listed = began;
  }

  isUnread(key: string): boolean {
    return this.#unread.has(key);
  }

  lacks(object: BucketObject, now: number): boolean {
    const unread = this.#unread.get(object.key);
    if (unread !== undefined) return unread.next <= now;
    return object.written >= Math.max(this.#from, this.#newest - mayAppearMs) && !this.#read.has(markOf(object));
  }

  read(object: BucketObject): void {
    this.#unread.delete(object.key);
    this.#newest = Math.max(this.#newest, Math.min(object.written, this.#listed));
    this.#read.set(markOf(object), object.written);
  }

  /** @param isGone trying again is of no use */
  failed(object: BucketObject, isGone: boolean, now: number): { readonly isFirst: boolean; readonly again: boolean } {
    const before = this.#unread.get(object.key);
    const since = before?.since ?? now;
    const wait = before === undefined ? this.#firstWaitMs : Math.min(longestWaitMs, 2 * before.wait);
    const again = !isGone && now - since < tryAgainMs;
    this.read(object);
    if (again) this.#unread.set(object.key, { since, next: now + wait, wait });
    return { isFirst: before === undefined, again };
  }

  /** @returns what was to be tried again and is not there any more */
  dropUnlisted(there: ReadonlySet<string>): readonly string[] {
    const gone = [...this.#unread.keys()].filter((key) => !there.has(key));
    for (const key of gone) this.#unread.delete(key);
    return gone;
  }

  place(): BucketPlace {
    for (const [mark, written] of this.#read) if (written < this.#newest - mayAppearMs) this.#read.delete(mark);
    const written = new Date(this.#newest).toISOString();
    return { file: this.#address, written, read: [...this.#read.keys()], unread: [...this.#unread.keys()] };
  }
}

function markOf({ key, etag }: BucketObject): string {
  return sha256Hex(`${key}\n${etag}`).slice(0, 16);
}
