/**
 * The values in one stream of bytes, each with the place behind it: lines of JSON, or JSON documents. Lists and envelopes come out one by
 * one. What is no JSON is told and passed over.
 */
import { isUtf8 } from 'node:buffer';
import type { Gap } from '@firebreak/contract';
import { eventFormats, valueOfLine } from '../../events/formats/index.ts';
import { isJson } from '../../intake/documents/json-lines.ts';
import { readDocumentsOf } from '../../intake/documents/read-documents.ts';
import { gap } from '../../intake/gap.ts';
import type { FeedPlace } from './place.ts';

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

const mostBytes = 64 * 1024 ** 2;

export interface Reading {
  /** Fit to be shown. */
  readonly name: string;
  readonly placeOf: (offset: number) => FeedPlace | undefined;
  readonly signal: AbortSignal;
  /** A last line without its end is still being written. */
  readonly grows: boolean;
  /** The first line is not the file's first. */
  readonly amid: boolean;
}

export async function* values(
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
  if (value !== undefined) yield* ofValue(value, text, file, place);
  else yield* ofOwnLine(isUtf8(line) ? valueOfLine(text) : undefined, file, place);
}

function* ofOwnLine(value: unknown, file: string, place: FeedPlace | undefined): Generator<Fed> {
  if (value === undefined) yield problem(file, 'A line is no JSON in UTF-8.');
  else yield { text: JSON.stringify(value), file, place };
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

function problem(name: string, reason: string): Fed {
  return { gap: gap('FB-EVENT-UNREADABLE', ['*'], name, reason) };
}
