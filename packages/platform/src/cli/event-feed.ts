/**
 * Values of logs from a folder, a file or standard input, with the place up to which each was read, so that whoever was interrupted
 * goes on from there. Lines of JSON, or JSON documents, packed or not; a file that grows is followed through rotation and truncation.
 *
 * Places are bytes after unpacking. What is at one is known by the file's first bytes: a file that begins otherwise is another one.
 */
import { isUtf8 } from 'node:buffer';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gap } from '@firebreak/contract';
import { eventFormats } from '../events/formats/index.ts';
import { decompressed } from '../intake/decompress.ts';
import { checkSource, ReadingFailed, readDocumentsOf } from '../intake/documents/read-documents.ts';
import { printable } from '../intake/foreign.ts';
import { gap } from '../intake/gap.ts';
import { walk } from '../intake/walk.ts';
import { sha256Hex } from '../kernel/digest.ts';

/** How far a file was read. */
export interface FeedPlace {
  /** Absolute path. */
  readonly file: string;
  readonly offset: number;
  /** Digest of its first bytes, and of how many. */
  readonly head: string;
  readonly headBytes: number;
}

/** A value, and the place behind it. Values of one document have the place only at the last. */
export type Fed =
  | {
      /** JSON on one line. */
      readonly text: string;
      /** As it was found: the path given, or the path of a file in it. */
      readonly file: string;
      readonly place: FeedPlace | undefined;
    }
  | { readonly gap: Gap };

export interface FeedWish {
  readonly path: string;
  readonly input: AsyncIterable<Uint8Array>;
  readonly follow: boolean;
  /** By absolute path. */
  readonly places: ReadonlyMap<string, FeedPlace>;
  readonly signal: AbortSignal;
  /** Called when a file that is followed has nothing new. */
  readonly idle: () => Promise<void>;
}

const mostBytes = 64 * 1024 ** 2;
const chunkBytes = 1 << 20;
const headBytes = 1024;
const lookEachMs = 300;
const mostHeld = 200;
const wanted = (name: string) => /\.(json|jsonl|ndjson|log|txt)(\.(gz|zst|zstd))?$|\.(gz|zst)$/i.test(name);
const limits = { maxDepth: 64, maxFiles: 100_000, wanted };

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such source or it is a device. */
export async function* feed(wish: FeedWish): AsyncGenerator<Fed> {
  if (wish.path === '-') {
    const { input, signal } = wish;
    yield* values(input, { name: 'stdin', placeOf: () => undefined, signal, grows: false, amid: false });
    return;
  }
  await checkSource(wish.path);
  const places = new Map(wish.places);
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
          if ('place' in fed && fed.place !== undefined) places.set(known, fed.place);
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
  places: Map<string, FeedPlace>,
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
  before: FeedPlace | undefined,
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
  const placeOf = (offset: number): FeedPlace => ({
    file,
    offset: from + offset,
    head: sha256Hex(head),
    headBytes: head.length,
  });
  yield* values(chunks, { name: printable(name), placeOf, signal, grows: follow && !packed, amid: from > 0 });
}

function isSame(before: FeedPlace, head: Buffer): boolean {
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

interface Reading {
  readonly name: string;
  readonly placeOf: (offset: number) => FeedPlace | undefined;
  readonly signal: AbortSignal;
  /** A last line without its end is still being written. */
  readonly grows: boolean;
  /** The first line is not the file's first. */
  readonly amid: boolean;
}

async function* values(
  chunks: AsyncIterable<Uint8Array>,
  { name, placeOf, signal, grows, amid }: Reading,
): AsyncGenerator<Fed> {
  let rest = Buffer.alloc(0);
  let offset = 0;
  let first = !amid;
  let tooLong = false;
  let whole: Buffer[] | undefined;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    if (whole !== undefined) {
      whole.push(Buffer.from(chunk));
      if (whole.reduce((sum, { length }) => sum + length, 0) > mostBytes) {
        yield problem(name, `It is one document of more than ${mostBytes} bytes.`);
        return;
      }
      continue;
    }
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a, start)) {
      const line = rest.subarray(start, end);
      if (first && !tooLong && isUnfinished(line)) {
        whole = [rest.subarray(start)];
        break;
      }
      first = false;
      offset += end + 1 - start;
      start = end + 1;
      if (tooLong) tooLong = false;
      else yield* textsOf(line, name, placeOf(offset));
    }
    if (whole !== undefined) continue;
    rest = rest.subarray(start);
    if (rest.length <= mostBytes) continue;
    if (!tooLong) yield problem(name, `A line of more than ${mostBytes} bytes was passed over.`);
    tooLong = true;
    offset += rest.length;
    rest = Buffer.alloc(0);
  }
  if (whole !== undefined) {
    const bytes = Buffer.concat(whole);
    // A document that is still written is looked at again when it has grown.
    if (grows && !isJson(bytes)) return;
    yield* documents(bytes, name, placeOf(bytes.length), signal);
  } else if (rest.length > 0 && !tooLong && !(grows && !isJson(rest)))
    yield* textsOf(rest, name, placeOf(offset + rest.length));
}

function* textsOf(line: Buffer, file: string, place: FeedPlace | undefined): Generator<Fed> {
  const text = line
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return;
  const value = isUtf8(line) ? parsed(text) : undefined;
  if (value === undefined) yield problem(file, 'A line is no JSON in UTF-8.');
  else yield* ofValue(value, text, file, place);
}

async function* documents(
  bytes: Buffer,
  name: string,
  place: FeedPlace | undefined,
  signal: AbortSignal,
): AsyncGenerator<Fed> {
  const read = [];
  for await (const piece of readDocumentsOf(bytes, name, { kinds: ['*'], maxDocumentBytes: mostBytes }, signal))
    if ('gap' in piece) yield piece;
    else read.push(piece.document.value);
  for (const [index, value] of read.entries())
    yield* ofValue(value, undefined, name, index === read.length - 1 ? place : undefined);
}

/** Lists and envelopes one by one: a file of a day's records may be larger than what a server takes at once. */
function* ofValue(
  value: unknown,
  text: string | undefined,
  file: string,
  place: FeedPlace | undefined,
): Generator<Fed> {
  const inside = Array.isArray(value) ? value : insideOf(value);
  if (inside === undefined) yield { text: text ?? JSON.stringify(value), file, place };
  else
    for (const [index, each] of inside.entries())
      yield { text: JSON.stringify(each), file, place: index === inside.length - 1 ? place : undefined };
}

function insideOf(value: unknown): readonly unknown[] | undefined {
  for (const { unwrap } of eventFormats) {
    const inside = unwrap?.(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isUnfinished(line: Buffer): boolean {
  return /^\s*[[{]/.test(line.toString('latin1', 0, 64).replace(/^\xEF\xBB\xBF/, '')) && !isJson(line);
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}

function problem(name: string, reason: string): Fed {
  return { gap: gap('FB-EVENT-UNREADABLE', ['*'], name, reason) };
}
