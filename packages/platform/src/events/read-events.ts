/**
 * Events of a folder, a file, a bucket or standard input: one JSON value a line, lines of a format's own, or JSON documents; packed or
 * not. Memory is bounded by one line or document; what is not read is said, with its place.
 */
import type { Gap } from '@firebreak/contract';
import { bucketFiles, isBucketAddress } from '../intake/bucket.ts';
import { decompressed } from '../intake/decompress.ts';
import { readJsonLines } from '../intake/documents/json-lines.ts';
import { openSource, ReadingFailed, readDocumentsOf } from '../intake/documents/read-documents.ts';
import { printable } from '../intake/foreign.ts';
import { gap } from '../intake/gap.ts';
import { makeGapTally } from '../intake/gap-tally.ts';
import { valueOfLine } from './formats/index.ts';
import { type Normalised, normalise } from './normalise.ts';

export type ReadFromLog = Extract<Normalised, { event: unknown }> | { readonly passed: string } | { readonly gap: Gap };

const maxBytes = 64 * 1024 ** 2;
const gapsShown = 20;

const ofLogs = /\.(json|jsonl|ndjson|log|txt)(\.(gz|zst|zstd))?$|\.(gz|zst)$/i;
/** As S3 names its server access logs. */
const ofS3 = /\d{4}(-\d{2}){5}-[0-9A-F]{16}$/;

/** CloudTrail puts digests of its files beside them, in which nothing happens. */
const ofDigests = 'CloudTrail-Digest/';

/** Whether a file of a folder is read, by its name; what is in it is told by its bytes. */
export function isLogName(name: string): boolean {
  return (ofLogs.test(name) || ofS3.test(name)) && !name.includes(ofDigests);
}

/** Of objects also those whose names have no ending, as Amazon Data Firehose makes them. */
export function isLogObject(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return isLogName(key) || (name !== '' && !name.includes('.') && !key.includes(ofDigests));
}

/** @param received what counts as the time of an event that tells none. @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such source. */
export async function* readEvents(
  path: string,
  received: Date,
  signal: AbortSignal,
  input?: AsyncIterable<Uint8Array>,
): AsyncGenerator<ReadFromLog> {
  const tally = makeGapTally(gapsShown);
  const source = { path, kinds: ['*'], wanted: isLogName, ...(input === undefined ? {} : { input }) };
  function* told(code: Parameters<typeof gap>[0], where: string, reason: string) {
    for (const each of tally.add(gap(code, ['*'], where, reason))) yield { gap: each };
  }
  function* values(value: unknown, where: { locator: string; line: number }): Generator<ReadFromLog> {
    for (const each of normalise(value, { ...where, received: received.toISOString() }))
      if ('problem' in each) yield* told('FB-EVENT-UNREADABLE', `${where.locator}#${where.line}`, each.problem);
      else yield each;
  }
  const files = isBucketAddress(path) ? bucketFiles(path, isLogObject, signal) : openSource(source, signal);
  for await (const { name, chunks } of files) {
    if ('gap' in chunks) {
      for (const each of tally.add(chunks.gap)) yield { gap: each };
      continue;
    }
    const locator = printable(name);
    try {
      for await (const read of readJsonLines(decompressed(chunks, locator), maxBytes, valueOfLine)) {
        signal.throwIfAborted();
        if ('problem' in read) yield* told('FB-EVENT-UNREADABLE', `${locator}#${read.line}`, read.problem.reason);
        else if ('value' in read)
          for (const value of Array.isArray(read.value) ? read.value : [read.value])
            yield* values(value, { locator, line: read.line });
        else
          for await (const piece of readDocumentsOf(
            read.whole,
            name,
            { kinds: ['*'], maxDocumentBytes: maxBytes },
            signal,
          )) {
            if ('gap' in piece) yield* told('FB-EVENT-UNREADABLE', piece.gap.where, piece.gap.reason);
            else for (const value of [piece.document.value].flat()) yield* values(value, { locator, line: read.line });
          }
      }
    } catch (error) {
      if (!(error instanceof ReadingFailed)) throw error;
      for (const each of tally.add(error.gap)) yield { gap: each };
    }
  }
  for (const each of tally.rest()) yield { gap: each };
}
