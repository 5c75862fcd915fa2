/**
 * Values of logs from a folder, a file or standard input, with the place up to which each was read, so that whoever was interrupted
 * goes on from there. Lines of JSON, or JSON documents, packed or not; a file that grows is followed through rotation and truncation.
 *
 * Places are bytes after unpacking. What is at one is known by the file's first bytes: a file that begins otherwise is another one.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gap } from '@firebreak/contract';
import { isLogName } from '../../events/read-events.ts';
import { decompressed } from '../../intake/decompress.ts';
import { checkSource, ReadingFailed } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { walk } from '../../intake/walk.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { FeedPlace, FilePlace } from './place.ts';
import { type Fed, values } from './values.ts';

export interface FeedWish {
  /** File, folder, `-`, or `s3://bucket/prefix`. */
  readonly path: string;
  readonly input: AsyncIterable<Uint8Array>;
  readonly follow: boolean;
  /** By absolute path, or by the path of a bucket as it was given. */
  readonly places: ReadonlyMap<string, FeedPlace>;
  /** Of a bucket, what was written before is not read. */
  readonly since?: Date | undefined;
  readonly signal: AbortSignal;
  /** Called when what is followed has nothing new. */
  readonly idle: () => Promise<void>;
}

const chunkBytes = 1 << 20;
const headBytes = 1024;
const lookEachMs = 300;
const mostHeld = 200;
const limits = { maxDepth: 64, maxFiles: 100_000, wanted: isLogName };

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such source or it is a device. */
export async function* feedFiles(wish: FeedWish): AsyncGenerator<Fed> {
  if (wish.path === '-') {
    const { input, signal } = wish;
    yield* values(input, { name: 'stdin', placeOf: () => undefined, signal, grows: false, amid: false });
    return;
  }
  await checkSource(wish.path);
  const places = new Map<string, FilePlace>();
  for (const [file, place] of wish.places) if ('offset' in place) places.set(file, place);
  const held = new Map<string, FileHandle>();
  try {
    for (;;) {
      for await (const found of filesOf(wish)) {
        if ('gap' in found) {
          if (!wish.follow) yield found;
          continue;
        }
        const known = resolve(found.file);
        for await (const fed of newest(found, held, places, wish)) {
          if ('place' in fed && fed.place !== undefined && 'offset' in fed.place) places.set(known, fed.place);
          yield fed;
        }
      }
      if (!wish.follow) return;
      await wish.idle();
      await sleep(lookEachMs, undefined, { signal: wish.signal });
    }
  } finally {
    for (const handle of held.values()) await handle.close();
  }
}

interface Found {
  readonly file: string;
  readonly name: string;
}

async function* filesOf({ path, follow, signal }: FeedWish): AsyncGenerator<Found | { readonly gap: Gap }> {
  const found = await stat(path).catch((error: unknown) => {
    // Between two files of a rotation there is none.
    if (follow) return undefined;
    throw error;
  });
  if (found?.isDirectory() === true) yield* walk(path, limits, signal);
  else if (found !== undefined) yield { file: path, name: path };
}

/** What of a file was not read yet; of one that was rotated away first its end. */
async function* newest(
  { file, name }: Found,
  held: Map<string, FileHandle>,
  places: Map<string, FilePlace>,
  { follow, signal }: FeedWish,
): AsyncGenerator<Fed> {
  const known = resolve(file);
  const before = held.get(known);
  if (before !== undefined && (await isAnother(before, file))) {
    yield* readOn(before, { file: known, name }, places.get(known), false, signal);
    await before.close();
    held.delete(known);
    places.delete(known);
  }
  const handle = held.get(known) ?? (await open(file).catch(() => undefined));
  if (handle === undefined) return;
  const keeps = follow && (held.has(known) || held.size < mostHeld);
  if (keeps) held.set(known, handle);
  try {
    yield* readOn(handle, { file: known, name }, places.get(known), follow, signal);
  } catch (error) {
    if (!(error instanceof ReadingFailed)) throw error;
    yield { gap: error.gap };
  } finally {
    if (!keeps) await handle.close();
  }
}

async function isAnother(handle: FileHandle, file: string): Promise<boolean> {
  const [ours, theirs] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)]);
  return theirs !== undefined && (theirs.ino !== ours.ino || theirs.dev !== ours.dev);
}

async function* readOn(
  handle: FileHandle,
  { file, name }: Found,
  before: FilePlace | undefined,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<Fed> {
  const start = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  const head = start.buffer.subarray(0, start.bytesRead);
  const packed = isPacked(head);
  const { size } = await handle.stat();
  // One that begins otherwise, or is shorter than what was read of it, was begun anew.
  const goesOn = before !== undefined && isSame(before, head) && (packed || size >= before.offset);
  const from = goesOn ? before.offset : 0;
  const chunks = packed ? skip(decompressed(bytesOf(handle, 0), name), from) : bytesOf(handle, from);
  const placeOf = (offset: number): FilePlace => ({
    file,
    offset: from + offset,
    head: sha256Hex(head),
    headBytes: head.length,
  });
  yield* values(chunks, { name: printable(name), placeOf, signal, grows: follow && !packed, amid: from > 0 });
}

function isSame(before: FilePlace, head: Buffer): boolean {
  return before.headBytes <= head.length && sha256Hex(head.subarray(0, before.headBytes)) === before.head;
}

const isPacked = (head: Buffer) =>
  (head[0] === 0x1f && head[1] === 0x8b) ||
  (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd);

async function* bytesOf(handle: FileHandle, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function* skip(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.byteLength) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.byteLength);
  }
}
