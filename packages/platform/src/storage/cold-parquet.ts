/**
 * Events as rows of a Parquet file, by DuckDB, which is loaded when the first is written or read and may open nothing but that one
 * file. The columns can be read by any tool that reads Parquet.
 */
import type { NormalEvent } from '@firebreak/contract';
import { actingNodes } from '../events/acting-nodes.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import type { EventWish } from '../events/store.ts';

export interface ColdRow {
  readonly no: number;
  /** Milliseconds since 1970. */
  readonly received: number;
  readonly event: NormalEvent;
  /** JSON, as it lay in the database. */
  readonly form: string;
  readonly raw: string;
}

export function rowOf({ no, received, event, rawText }: KeptEvent): ColdRow {
  return { no, received: received.getTime(), event, form: JSON.stringify(event), raw: rawText };
}

const columns = `no BIGINT, received BIGINT, "time" VARCHAR, id VARCHAR, format VARCHAR, operation VARCHAR, outcome VARCHAR,
  actors VARCHAR[], targets VARCHAR[], form VARCHAR, raw VARCHAR`;
/** Of so many rows the smallest and largest number stand in the file: what is looked for by its number is found there. */
const rowsOfGroup = 2048;
const settings = { memory_limit: '1GB', threads: '2' };
/** Rows that are handed to DuckDB at a time. */
const rowsAtOnce = 2000;

/** @param rows in the order in which they are read again */
export async function writeParquet(path: string, rows: readonly ColdRow[]): Promise<void> {
  const { DuckDBInstance, LIST, VARCHAR } = await import('@duckdb/node-api');
  const texts = LIST(VARCHAR);
  const instance = await DuckDBInstance.create(':memory:', settings);
  try {
    const connection = await instance.connect();
    for (const statement of lockedTo(path)) await connection.run(statement);
    await connection.run(`create table event (${columns})`);
    const appender = await connection.createAppender('event');
    for (const [at, { no, received, event, form, raw }] of rows.entries()) {
      appender.appendBigInt(BigInt(no));
      appender.appendBigInt(BigInt(received));
      for (const text of [event.time, event.id, event.source.format, event.operation, event.outcome])
        appender.appendVarchar(text);
      appender.appendList([...actingNodes(event)], texts);
      appender.appendList([...event.targets], texts);
      appender.appendVarchar(form);
      appender.appendVarchar(raw);
      appender.endRow();
      if (at % rowsAtOnce === rowsAtOnce - 1) appender.flushSync();
    }
    appender.closeSync();
    await connection.run(
      `copy event to ${quoted(path)} (format parquet, compression zstd, row_group_size ${rowsOfGroup})`,
    );
  } finally {
    instance.closeSync();
  }
}

export class ColdEvent implements KeptEvent {
  readonly no: number;
  readonly received: Date;
  readonly formText: string;
  readonly rawText: string;
  #event: NormalEvent | undefined;

  constructor(no: number, received: number, formText: string, rawText: string) {
    this.no = no;
    this.received = new Date(received);
    this.formText = formText;
    this.rawText = rawText;
  }

  get event(): NormalEvent {
    this.#event ??= JSON.parse(this.formText) as NormalEvent;
    return this.#event;
  }

  get raw(): unknown {
    return JSON.parse(this.rawText);
  }
}

/** Events of a file that the wish lets through, below a number, in the order of the file. @throws Error of DuckDB for a broken one */
export async function* readParquet(
  path: string,
  wish: EventWish,
  before: number,
): AsyncGenerator<readonly ColdEvent[]> {
  const conditions = ['no < $before'];
  const given: Given = { numbers: { before }, texts: {}, lists: {} };
  for (const [name, sign] of [
    ['since', '>='],
    ['until', '<='],
  ] as const)
    if (wish[name] !== undefined) {
      conditions.push(`"time" ${sign} $${name}`);
      given.texts[name] = wish[name];
    }
  for (const [name, test] of [
    ['actors', 'list_has_any(actors, $actors)'],
    ['targets', 'list_has_any(targets, $targets)'],
    ['operations', 'list_contains($operations, operation)'],
    ['formats', 'list_contains($formats, format)'],
  ] as const)
    if (wish[name] !== undefined) {
      conditions.push(test);
      given.lists[name] = wish[name];
    }
  yield* rowsOf(path, conditions.join(' and '), given);
}

/** Events of a file by their numbers. @throws Error of DuckDB for a broken one */
export async function* readByNumber(path: string, numbers: readonly number[]): AsyncGenerator<readonly ColdEvent[]> {
  const list = numbers.map((no) => BigInt(no).toString()).join(', ');
  const between = { low: Math.min(...numbers), high: Math.max(...numbers) };
  yield* rowsOf(path, `no between $low and $high and no in (${list})`, { numbers: between, texts: {}, lists: {} });
}

interface Given {
  readonly numbers: Readonly<Record<string, number>>;
  readonly texts: Record<string, string>;
  readonly lists: Record<string, readonly string[]>;
}

async function* rowsOf(
  path: string,
  condition: string,
  { numbers, texts, lists }: Given,
): AsyncGenerator<readonly ColdEvent[]> {
  const { DuckDBInstance, LIST, VARCHAR } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', settings);
  try {
    const connection = await instance.connect();
    for (const statement of lockedTo(path)) await connection.run(statement);
    const statement = await connection.prepare(
      `select no, received, form, raw from read_parquet($path) where ${condition}`,
    );
    statement.bindVarchar(statement.parameterIndex('path'), path);
    for (const [name, no] of Object.entries(numbers)) statement.bindBigInt(statement.parameterIndex(name), BigInt(no));
    for (const [name, text] of Object.entries(texts)) statement.bindVarchar(statement.parameterIndex(name), text);
    for (const [name, list] of Object.entries(lists))
      statement.bindList(statement.parameterIndex(name), [...list], LIST(VARCHAR));
    const result = await statement.stream();
    for await (const rows of result.yieldRows())
      yield rows.map(
        ([no, received, form, text]) => new ColdEvent(Number(no), Number(received), String(form), String(text)),
      );
  } finally {
    instance.closeSync();
  }
}

/** No network, no other file, no extension, and nobody can allow it again. */
function lockedTo(path: string): string[] {
  return [
    `set allowed_paths = [${quoted(path)}]`,
    'set enable_external_access = false',
    'set lock_configuration = true',
  ];
}

const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
