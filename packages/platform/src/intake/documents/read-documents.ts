/**
 * Documents of a folder, a file or standard input, one at a time: what connectors that read files have in common. YAML with
 * several documents, JSON, and JSON with comments where a tool writes it so.
 *
 * What must stay true: memory is bounded by one document, and the number of documents by a limit; what is not read is said;
 * a broken document costs itself and nothing else.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { printable } from '../foreign.ts';
import { gap } from '../gap.ts';
import { codeOf, walk } from '../walk.ts';
import { cutDocuments } from './documents.ts';
import { parsePiece } from './parse.ts';
import type { Cut, PieceLimits, Skipped } from './piece.ts';

export interface DocumentSource {
  /** Folder, file, or `-` for standard input. */
  readonly path: string;
  /** Fact kinds that may be missing when something is not read. */
  readonly kinds: readonly string[];
  /** Bytes of one document. */
  readonly maxDocumentBytes?: number;
  /** Documents that are read before the rest is given up. */
  readonly maxDocuments?: number;
  /** Files of a folder that are wanted, by their path in it; YAML and JSON when absent. */
  readonly wanted?: (path: string) => boolean;
  /** Where `-` is read from; standard input when absent. */
  readonly input?: AsyncIterable<Uint8Array>;
}

export interface ReadDocument {
  readonly value: unknown;
  /** `folder/file.yaml#2`, fit to be shown. */
  readonly locator: string;
  /** Path of the file below the folder, or its name. */
  readonly file: string;
}
export type DocumentOrGap = { readonly document: ReadDocument } | { readonly gap: Gap };

const defaults = { maxDocumentBytes: 4 * 1024 * 1024, maxDocuments: 200_000 };
const walkLimits = { maxDepth: 64, maxFiles: 100_000 };
/** Gaps that one file may make. */
const maxGaps = 20;

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such source or it is a device. */
export async function* readDocuments(source: DocumentSource, signal: AbortSignal): AsyncGenerator<DocumentOrGap> {
  const limit = source.maxDocuments ?? defaults.maxDocuments;
  let documents = 0;
  for await (const { name, chunks } of openSource(source, signal)) {
    if ('gap' in chunks) {
      yield chunks;
      continue;
    }
    let gaps = 0;
    for await (const read of readStream(chunks, name, source, signal)) {
      if ('document' in read) documents += 1;
      else gaps += 1;
      if (documents > limit) {
        const reason = `It holds more than ${limit} documents; what comes after them was not read.`;
        yield { gap: gap('FB-FILE-TOO-LARGE', source.kinds, name, reason) };
        return;
      }
      if ('document' in read || gaps <= maxGaps) yield read;
    }
    if (gaps > maxGaps)
      yield { gap: gap('FB-YAML-INVALID', source.kinds, name, `${gaps - maxGaps} more parts could not be read.`) };
  }
}

/** Whether something can be read there at all; for `connect`. @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function checkSource(path: string): Promise<void> {
  if (path === '-') return;
  const found = await stat(path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be opened (${codeOf(error)}).`);
  });
  if (found.isCharacterDevice() || found.isBlockDevice())
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} is a device, not a file.`);
}

/** Documents of bytes that were read already. */
export function readDocumentsOf(
  bytes: Buffer,
  name: string,
  source: Pick<DocumentSource, 'kinds' | 'maxDocumentBytes'>,
  signal: AbortSignal,
): AsyncGenerator<DocumentOrGap> {
  async function* whole() {
    yield bytes;
  }
  return readStream(whole(), name, source, signal);
}

interface OpenFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array> | { readonly gap: Gap };
}

/** Every file of the source with its bytes. */
export async function* openSource(
  source: Pick<DocumentSource, 'path' | 'wanted' | 'input' | 'kinds'> & { readonly hidden?: (name: string) => boolean },
  signal: AbortSignal,
): AsyncGenerator<OpenFile> {
  if (source.path === '-') {
    yield { name: 'stdin', chunks: source.input ?? process.stdin };
    return;
  }
  await checkSource(source.path);
  if (!(await stat(source.path)).isDirectory()) {
    yield { name: basename(source.path), chunks: bytesOf(source.path, basename(source.path), source.kinds, signal) };
    return;
  }
  const limits = {
    ...walkLimits,
    ...(source.wanted === undefined ? {} : { wanted: source.wanted }),
    ...(source.hidden === undefined ? {} : { hidden: source.hidden }),
  };
  for await (const entry of walk(source.path, limits, signal)) {
    if ('gap' in entry) yield { name: entry.gap.where, chunks: entry };
    else yield { name: entry.name, chunks: bytesOf(entry.file, entry.name, source.kinds, signal) };
  }
}

/** Bytes of a file; what goes wrong while reading ends it with a `ReadingFailed`. */
async function* bytesOf(
  file: string,
  name: string,
  kinds: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new ReadingFailed(gap('FB-SOURCE-UNREADABLE', kinds, name, `Reading it failed (${codeOf(error)}).`));
  } finally {
    stream.destroy();
  }
}

/** Reading a file broke off. Carries the gap that it leaves. */
export class ReadingFailed extends Error {
  readonly gap: Gap;
  constructor(found: Gap) {
    super(found.reason);
    this.gap = found;
  }
}

async function* readStream(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  source: Pick<DocumentSource, 'kinds' | 'maxDocumentBytes'>,
  signal: AbortSignal,
): AsyncGenerator<DocumentOrGap> {
  const maxPiece = source.maxDocumentBytes ?? defaults.maxDocumentBytes;
  const limits: PieceLimits = { maxPiece, listThreshold: maxPiece };
  const documents = cutDocuments(limits);
  function* readCuts(cuts: readonly Cut[]): Generator<DocumentOrGap> {
    for (const cut of cuts) {
      signal.throwIfAborted();
      yield* readCut(cut, name, limits, source.kinds);
    }
  }
  let first = true;
  try {
    for await (const chunk of coalesce(chunks)) {
      signal.throwIfAborted();
      if (first && isUtf16(chunk)) {
        yield { gap: gap('FB-YAML-INVALID', source.kinds, name, 'It is UTF-16; save it as UTF-8.') };
        return;
      }
      yield* readCuts(documents.push(first ? withoutMark(chunk) : chunk));
      first = false;
    }
  } catch (error) {
    if (!(error instanceof ReadingFailed)) throw error;
    yield { gap: error.gap };
    return;
  }
  yield* readCuts(documents.end());
}

function* readCut(cut: Cut, name: string, limits: PieceLimits, kinds: readonly string[]): Generator<DocumentOrGap> {
  const locator = `${printable(name)}#${cut.document}${cut.item === undefined ? '' : `[${cut.item}]`}`;
  if (!('bytes' in cut)) {
    yield { gap: gapOfSkipped(cut, locator, limits, kinds) };
    return;
  }
  const { value, problem } = parsePiece(cut);
  if (problem !== undefined)
    yield {
      gap: gap(problem.code, value === undefined ? kinds : [], `${locator} line ${problem.line}`, problem.reason),
    };
  if (value !== undefined && value !== null) yield { document: { value, locator, file: name } };
}

function gapOfSkipped(cut: Skipped, locator: string, limits: PieceLimits, kinds: readonly string[]): Gap {
  const where = `${locator} line ${cut.line}`;
  if (cut.kind === 'too-long')
    return gap('FB-FILE-TOO-LARGE', kinds, where, `It is longer than ${limits.maxPiece} bytes and was passed over.`);
  if (cut.kind === 'too-deep') return gap('FB-YAML-BOMB', kinds, where, 'JSON that nests deeper than 200 levels.');
  return gap('FB-YAML-INVALID', kinds, where, 'It breaks off or is not well-formed; what came before was read.');
}

/** Chunks of at least 256 KiB, so that a pipe that drips does not cost a copy of the buffer per drop. */
async function* coalesce(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const enough = 256 * 1024;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    waiting.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
    if (length < enough) continue;
    yield waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

const isUtf16 = (chunk: Buffer) => (chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff);
const withoutMark = (chunk: Buffer) =>
  chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
