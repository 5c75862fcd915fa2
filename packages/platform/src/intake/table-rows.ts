/**
 * Rows of a table in a file: JSON lines by our own bounded reader, CSV and Parquet by DuckDB, which streams them with a bound on its
 * memory and may open nothing but that one file. What kind of file it is, its name says; what it holds decides whether it is read.
 */
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { decompressed } from './decompress.ts';
import { readJsonLines } from './documents/json-lines.ts';
import { printable } from './foreign.ts';
import { openLockedTable } from './locked-table.ts';
import { codeOf } from './walk.ts';

export type TableRow =
  | { readonly row: number; readonly value: unknown }
  | { readonly row: number; readonly problem: string };

const mostLineBytes = 16 * 1024 ** 2;
const mostDocumentBytes = 512 * 1024 ** 2;

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such file, or it is no table. */
export async function* tableRows(path: string, signal: AbortSignal): AsyncGenerator<TableRow> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be opened (${codeOf(error)}).`);
  });
  if (/\.(csv|tsv|parquet)(\.gz|\.zst)?$/i.test(path)) yield* columnarRows(real, signal);
  else yield* jsonRows(real, signal);
}

async function* jsonRows(path: string, signal: AbortSignal): AsyncGenerator<TableRow> {
  const chunks = decompressed(createReadStream(path, { highWaterMark: 1 << 20 }), printable(path));
  let row = 0;
  for await (const read of readJsonLines(chunks, mostLineBytes)) {
    signal.throwIfAborted();
    if ('whole' in read) {
      yield* documentRows(read.whole);
      return;
    }
    row = read.line;
    if ('problem' in read) yield { row, problem: read.problem.reason };
    else yield { row, value: read.value };
  }
}

/** A list of rows, as tools write small tables. */
function* documentRows(whole: Buffer): Generator<TableRow> {
  if (whole.byteLength > mostDocumentBytes) {
    yield { row: 1, problem: `The document is longer than ${mostDocumentBytes} bytes: write one row a line.` };
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(whole.toString('utf8'));
  } catch {
    yield { row: 1, problem: 'It is no JSON.' };
    return;
  }
  for (const [at, each] of (Array.isArray(value) ? value : [value]).entries()) yield { row: at + 1, value: each };
}

async function* columnarRows(path: string, signal: AbortSignal): AsyncGenerator<TableRow> {
  const { connection, source, close } = await openLockedTable(path);
  try {
    const statement = await connection.prepare(`select * from ${source}`);
    statement.bind({ path });
    let row = 0;
    const result = await statement.stream().catch((error: unknown) => {
      const why = error instanceof Error ? error.message.split('\n')[0] : '';
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} is no table: ${printable(why ?? '')}`);
    });
    for await (const rows of result.yieldRowObjectJson()) {
      signal.throwIfAborted();
      for (const value of rows) {
        row += 1;
        yield { row, value };
      }
    }
  } finally {
    close();
  }
}
