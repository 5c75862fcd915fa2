/** What the data gate is given, read from files: rows with what could not be read, a manifest, run events, answers of two models. */
import { createReadStream } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { FirebreakError, type Gap } from '@firebreak/contract';
import type { GoldenAnswer } from '../detection/poisoning/check.ts';
import { type DatasetRow, flatRow } from '../detection/poisoning/dataset.ts';
import { field, printable, record, textAt } from '../intake/foreign.ts';
import { gap } from '../intake/gap.ts';
import { makeGapTally } from '../intake/gap-tally.ts';
import { tableRows } from '../intake/table-rows.ts';
import { codeOf, walk } from '../intake/walk.ts';
import { sha256Stream } from '../kernel/digest.ts';

const gapsShown = 20;

/** Rows as they come; `gaps` tells what was not read, once all have come. */
export function datasetFile(path: string, signal: AbortSignal) {
  const found: Gap[] = [];
  const tally = makeGapTally(gapsShown);
  const say = (row: number, why: string) =>
    found.push(...tally.add(gap('FB-DATA-ROW', ['*'], `${printable(path)}#${row}`, why)));
  async function* rows(): AsyncGenerator<DatasetRow> {
    for await (const read of tableRows(path, signal)) {
      if ('problem' in read) {
        say(read.row, read.problem);
        continue;
      }
      const flat = flatRow(read.row, read.value);
      if (flat === undefined) {
        say(read.row, 'It is no map of columns.');
        continue;
      }
      if (flat.cut) say(read.row, 'It has more columns, or nests deeper, than is looked at.');
      yield flat.row;
    }
    found.push(...tally.rest());
  }
  return { rows, gaps: (): readonly Gap[] => found };
}

/** SHA-256 (hex) of a file. @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = sha256Stream();
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be read (${codeOf(error)}).`);
  }
  return hash.hex();
}

const limits = { maxDepth: 40, maxFiles: 100_000, wanted: () => true, hidden: () => true };

/**
 * What `sha256sum` wrote of a folder, beside the folder as it is.
 *
 * @throws FirebreakError FB-SOURCE-UNREADABLE, also for a manifest with a line that is none
 */
export async function manifestBeside(manifest: string, folder: string, signal: AbortSignal) {
  const expected = new Map<string, string>();
  for (const [at, line] of (await smallText(manifest)).split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, digest, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.replace(/\r$/, '')) ?? [];
    if (digest === undefined || name === undefined)
      throw new FirebreakError(
        'FB-SOURCE-UNREADABLE',
        `${printable(manifest)} line ${at + 1} is no line of sha256sum: 64 hex digits, two blanks, a name.`,
      );
    expected.set(name.replace(/^\.\//, ''), digest);
  }
  const found = new Map<string, string>();
  const [base, own] = await Promise.all([realpath(folder), realpath(manifest)]);
  for await (const entry of walk(folder, limits, signal)) {
    if ('gap' in entry) throw new FirebreakError('FB-SOURCE-UNREADABLE', entry.gap.reason);
    if (entry.file !== own) found.set(relative(base, entry.file), await sha256OfFile(entry.file));
  }
  return { expected, found };
}

const mostSmall = 64 * 1024 ** 2;

/** @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function smallText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be read (${codeOf(error)}).`);
  });
  if (bytes.byteLength > mostSmall)
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} is longer than ${mostSmall} bytes.`);
  return bytes.toString('utf8');
}

/** All values of a file, for what is small. @throws FirebreakError FB-DATA-ROW at the first that cannot be read */
export async function allValues(path: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  for await (const read of tableRows(path, signal)) {
    if ('problem' in read) throw new FirebreakError('FB-DATA-ROW', `${printable(path)}#${read.row}: ${read.problem}`);
    values.push(read.value);
  }
  return values;
}

/** `{"id", "expected", "baseline", "candidate", "slice"?, "must"?, "variant"?}` a row. @throws FirebreakError FB-DATA-ROW */
export async function goldenAnswers(path: string, signal: AbortSignal): Promise<readonly GoldenAnswer[]> {
  return (await allValues(path, signal)).map((value, at) => {
    const told = (name: string) => {
      const cell = record(value)?.[name];
      return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
        ? String(cell)
        : undefined;
    };
    const [id, expected, baseline, candidate] = [told('id'), told('expected'), told('baseline'), told('candidate')];
    if (id === undefined || expected === undefined || baseline === undefined || candidate === undefined)
      throw new FirebreakError(
        'FB-DATA-ROW',
        `${printable(path)}#${at + 1} has not all of id, expected, baseline and candidate.`,
      );
    const [slice, variant] = [textAt(value, 'slice'), textAt(value, 'variant')];
    const must = field(value, 'must') === true || /^(true|1)$/i.test(told('must') ?? '');
    return { id, expected, baseline, candidate, slice, variant, must };
  });
}
