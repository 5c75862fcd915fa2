/**
 * Events that left the database for Parquet files. What must stay true:
 *
 * - Nothing is lost and nothing doubled, wherever it is killed: a file is written beside, brought to disk, read back and compared
 *   before one transaction names it and takes its events out of the database. A file that no row names does not count.
 * - A file is used only while its digest is the one that was written down: one that is damaged is told of, by its name.
 * - The newest block stays in the database: numbers are counted on from there.
 * - Whoever watches has seen an event before it goes.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Gap } from '@firebreak/contract';
import type { ColumnedBlock } from '../events/columns/columned-block.ts';
import { eventKey, type FramedEvent } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { type EventWish, mainLine } from '../events/store.ts';
import { type ColdSpan, readSpans, spansOf, writeSpans } from './cold-columns.ts';
import { type ColdRow, readByNumber, readParquet, rowOf, writeParquet } from './cold-parquet.ts';
import type { Database, Transaction } from './database.ts';
import { type BlockRow, eventsOfBlock } from './event-block.ts';
import { keptTerm } from './event-store.ts';

export interface ColdFile {
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly events: number;
  readonly firstNo: number;
  readonly upto: number;
  /** Times of the first and the last event in it. */
  readonly first: Date;
  readonly last: Date;
  /** When the last of them came in. */
  readonly received: Date;
  /** Hex, of the file of columns beside it; null for one of before there were any. */
  readonly columnsSha256: string | null;
}

/** Some events of a file, those that came in last first, or why a file cannot be told of. */
export type ColdPiece =
  | { readonly file: string; readonly from: number; readonly events: readonly KeptEvent[] }
  | { readonly file: string; readonly from: number; readonly block: ColumnedBlock }
  | { readonly gap: Gap };

export interface ColdEvents {
  /**
   * Writes the oldest events that are due into one file.
   *
   * @param before those that came in before it are due: the time that an event tells may be any
   * @param note of the same transaction in which the events leave the database
   * @returns undefined when none is due
   */
  move(
    before: Date,
    now: Date,
    note: (file: ColdFile, tx: Transaction) => Promise<void>,
  ): Promise<ColdFile | undefined>;
  /** Deletes files whose last event came in before. */
  forget(
    before: Date,
    now: Date,
    note: (file: ColdFile, tx: Transaction) => Promise<void>,
  ): Promise<readonly ColdFile[]>;
  /**
   * Events in files that may fit; whether they do is the caller's to look.
   *
   * @param paths fields of events as they came that are asked for; undefined for whoever wants the events and no columns
   */
  search(wish: EventWish, before: number, paths: readonly string[] | undefined): AsyncIterable<ColdPiece>;
  /** Those of them that are in files, in no order; and the files that were to be read for it and could not be. */
  byIds(ids: readonly string[]): Promise<{ readonly events: readonly KeptEvent[]; readonly gaps: readonly Gap[] }>;
}

/** What goes into one file: so much is held in memory while it is written. */
const mostPacked = 8 << 20;
const mostBlocks = 400;

export function createColdEvents(database: Database, folder: string): ColdEvents {
  const checked = new Checked();
  return {
    move: async (before, now, note) => {
      await mkdir(folder, { recursive: true });
      const blocks = await dueBlocks(database, before);
      const [firstBlock, lastBlock] = [blocks[0], blocks.at(-1)];
      if (firstBlock === undefined || lastBlock === undefined) return undefined;
      const moving: (DueBlock & { events: readonly FramedEvent[] })[] = [];
      for (const block of blocks) moving.push({ ...block, events: await eventsOfBlock(block) });
      const rows = moving.flatMap(({ events }) => events.map(rowOf)).reverse();
      const times = blocks.flatMap(({ first, last }) => [first.getTime(), last.getTime()]);
      const first = new Date(Math.min(...times));
      const name = `${first.toISOString().slice(0, 10)}-${firstBlock.no}-${lastBlock.upto}.parquet`;
      const spans = await spansOf(database, moving);
      const columns = await writeColumns(folder, name, spans);
      const written = await writeRows(folder, name, rows);
      const file: ColdFile = {
        name,
        ...written,
        events: rows.length,
        firstNo: firstBlock.no,
        upto: lastBlock.upto,
        first,
        last: new Date(Math.max(...times)),
        received: lastBlock.received,
        columnsSha256: columns,
      };
      await database.transaction(async (tx) => {
        await nameFile(tx, file, now, blocks);
        await nameColumns(tx, file, columns, spans);
        await note(file, tx);
      });
      await sweep(database, folder);
      return file;
    },

    forget: async (before, now, note) => {
      const files = (
        await filesOf(database, 'removed_at is null and received < $1::timestamptz', [before])
      ).toReversed();
      for (const file of files) {
        const keys = await keysIn(folder, file);
        await database.transaction(async (tx) => {
          await tx.query('update cold_file set removed_at = $2 where name = $1', [file.name, now]);
          await tx.query('delete from cold_term where file = $1', [file.name]);
          await tx.query('delete from cold_columns where file = $1', [file.name]);
          await forgetKeys(tx, file, keys);
          await note(file, tx);
        });
        for (const name of [file.name, columnsName(file.name)]) await rm(join(folder, name), { force: true });
      }
      return files;
    },

    search: async function* (wish, before, paths) {
      const gone = await filesOf(database, `removed_at is not null${overlap}`, [wish.since, wish.until]);
      if (gone.length > 0) yield { gap: notKept(gone) };
      const { text, values } = withTerms(wish);
      const files = await filesOf(database, `removed_at is null${overlap} and first_no < $3${text}`, [
        wish.since,
        wish.until,
        before,
        ...values,
      ]);
      const spans = paths === undefined ? undefined : await spansThatMay(database, wish, files);
      for (const file of files) {
        const wanted = spans?.get(file.name);
        // Its columns are known, and what is asked for is in none of them.
        if (wanted?.size === 0) {
          if (!(await isThere(folder, file))) yield { gap: unreadable(file, 'It cannot be opened.') };
          continue;
        }
        const why = await checked.unlike(join(folder, file.name), file.sha256);
        if (why !== undefined) {
          yield { gap: unreadable(file, why) };
          continue;
        }
        try {
          const blocks = wanted === undefined ? undefined : await columnsIn(file, wanted, paths ?? []);
          if (blocks !== undefined)
            for (const { no, block } of blocks.toReversed()) yield { file: file.name, from: no, block };
          else
            for await (const events of readParquet(join(folder, file.name), wish, before)) {
              const last = events.at(-1);
              if (last !== undefined) yield { file: file.name, from: last.no, events };
            }
          yield { file: file.name, from: file.firstNo, events: [] };
        } catch (error) {
          yield { gap: unreadable(file, error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'It failed.') };
        }
      }
    },

    byIds: async (ids) => {
      const found = await database.query<FileRow & { no: number }>(
        `select k.no, ${fileColumns} from event_key k join cold_file on k.no between first_no and upto and removed_at is null
         where k.key = any($1::uuid[])`,
        [ids.map(eventKey)],
      );
      const events: KeptEvent[] = [];
      const gaps: Gap[] = [];
      for (const rows of Map.groupBy(found, ({ name }) => name).values()) {
        const file = fileOf(rows[0] as FileRow);
        const path = join(folder, file.name);
        const why = await checked.unlike(path, file.sha256);
        if (why !== undefined) gaps.push(unreadable(file, why));
        else
          for await (const some of readByNumber(
            path,
            rows.map(({ no }) => no),
          ))
            events.push(...some);
      }
      return { events, gaps };
    },
  };

  /** Undefined where they are not as they were written. */
  async function columnsIn(file: ColdFile, wanted: ReadonlySet<number>, paths: readonly string[]) {
    const path = join(folder, columnsName(file.name));
    if (file.columnsSha256 === null || (await checked.unlike(path, file.columnsSha256)) !== undefined) return undefined;
    return readSpans(path, wanted, new Set(paths), (numbers) => wholeEvents(join(folder, file.name), numbers));
  }
}

async function wholeEvents(path: string, numbers: readonly number[]): Promise<ReadonlyMap<number, KeptEvent>> {
  const found = new Map<number, KeptEvent>();
  for await (const events of readByNumber(path, numbers)) for (const each of events) found.set(each.no, each);
  return found;
}

/** Files that were found to be as they were written, and have not been touched since. */
class Checked {
  readonly #known = new Map<string, string>();

  /** Why a file is not the one that was written; undefined when it is. */
  async unlike(path: string, sha256: string): Promise<string | undefined> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      const state = `${sha256} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      if (this.#known.get(path) === state) return undefined;
      if ((await digestOfFile(path)) !== sha256) return 'Its digest is another one than was written.';
      this.#known.set(path, state);
      return undefined;
    } catch {
      return 'It cannot be opened.';
    }
  }
}

async function isThere(folder: string, { name, bytes }: ColdFile): Promise<boolean> {
  return (await stat(join(folder, name)).catch(() => undefined))?.size === bytes;
}

const columnsName = (name: string) => name.replace(/parquet$/, 'columns');

type DueBlock = BlockRow & { readonly upto: number; readonly first: Date; readonly last: Date };

/**
 * The oldest blocks, one after the other as they were numbered; the first that is not due ends it, so files never overlap. One is not
 * due while neither the watch of its own line nor the one over all events has seen it; one of a line that has no watch now, until all
 * have. A place that nobody goes on from (servers that divided the events and are gone) thus holds up nothing that somebody has seen.
 */
async function dueBlocks(database: Database, before: Date): Promise<readonly DueBlock[]> {
  return database.query<DueBlock>(
    `select no, upto, first, last, places, received, packed, pieces from (
       select *, sum(length(packed)) over (order by no) - length(packed) as ahead,
         bool_and(received < $1 and upto < (select max(upto) from event_block)
           and upto <= coalesce((select max(position) from watch_place where watch in ($2, line)),
             (select min(position) from watch_place), upto)) over (order by no) as due
       from (select * from event_block order by no limit ${mostBlocks}) as oldest) as counted
     where due and ahead < ${mostPacked} order by no`,
    [before, mainLine.name],
  );
}

async function nameFile(tx: Transaction, file: ColdFile, now: Date, blocks: readonly DueBlock[]): Promise<void> {
  const numbers = blocks.map(({ no }) => no);
  await tx.query(
    `insert into cold_file (name, sha256, bytes, events, first_no, upto, first, last, received, written_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      file.name,
      file.sha256,
      file.bytes,
      file.events,
      file.firstNo,
      file.upto,
      file.first,
      file.last,
      file.received,
      now,
    ],
  );
  await tx.query(
    `insert into cold_term (role, term, file)
     select distinct role, term, $1 from event_term where block = any($2::bigint[])`,
    [file.name, numbers],
  );
  await tx.query('delete from event_term where block = any($1::bigint[])', [numbers]);
  await tx.query('delete from event_block where no = any($1::bigint[])', [numbers]);
}

/** The digest of the file of columns. */
async function writeColumns(folder: string, name: string, spans: readonly ColdSpan[]): Promise<string> {
  const path = join(folder, columnsName(name));
  await writeSpans(path, spans);
  await synced(path);
  return digestOfFile(path);
}

/** After the file is named. Columns that are partly of blocks which stay are made anew for these. */
async function nameColumns(
  tx: Transaction,
  { name, upto }: ColdFile,
  sha256: string,
  spans: readonly ColdSpan[],
): Promise<void> {
  await tx.query('update cold_file set columns_sha256 = $2 where name = $1', [name, sha256]);
  for (const { no, terms } of spans)
    await tx.query('insert into cold_columns (file, no, terms) values ($1, $2, $3)', [name, no, terms]);
  await tx.query('delete from event_columns where no <= $1', [upto]);
  await tx.query(
    'update event_block set columned = false where columned and no < coalesce((select min(no) from event_columns), 9223372036854775807)',
  );
}

/** Keys of the events of a file, by their ids; undefined where it cannot be read. */
async function keysIn(folder: string, { name }: ColdFile): Promise<readonly string[] | undefined> {
  const keys: string[] = [];
  try {
    for await (const events of readParquet(join(folder, name), {}, Number.MAX_SAFE_INTEGER))
      for (const { event } of events) keys.push(eventKey(event.id));
    return keys;
  } catch {
    return undefined;
  }
}

/** By their keys, which are indexed; where the file is lost by their numbers, for which the whole table is gone through. */
async function forgetKeys(
  tx: Transaction,
  { firstNo, upto }: ColdFile,
  keys: readonly string[] | undefined,
): Promise<void> {
  if (keys === undefined) await tx.query('delete from event_key where no between $1 and $2', [firstNo, upto]);
  else
    await tx.query('delete from event_key where key = any($1::uuid[]) and no between $2 and $3', [keys, firstNo, upto]);
}

/** Written beside, brought to disk, read back and compared. */
async function writeRows(
  folder: string,
  name: string,
  rows: readonly ColdRow[],
): Promise<{ sha256: string; bytes: number }> {
  const [beside, path] = [join(folder, `${name}.part`), join(folder, name)];
  await rm(beside, { force: true });
  await writeParquet(beside, rows);
  await synced(beside);
  const wanted = digestOfRows(rows.map(({ no, form, raw }) => [no, form, raw]));
  const seen: [number, string, string][] = [];
  for await (const events of readParquet(beside, {}, Number.MAX_SAFE_INTEGER))
    for (const { no, formText, rawText } of events) seen.push([no, formText, rawText]);
  if (seen.length !== rows.length || digestOfRows(seen) !== wanted)
    throw new Error(`${name} does not read back as it was written: nothing was taken out of the database.`);
  await rename(beside, path);
  await synced(folder);
  return { sha256: await digestOfFile(path), bytes: (await stat(path)).size };
}

/** What a killed run left behind: files that no row names, and those that are not kept any more. */
async function sweep(database: Database, folder: string): Promise<void> {
  const kept = new Set((await filesOf(database, 'removed_at is null', [])).map(({ name }) => name));
  for (const name of await readdir(folder))
    if (
      /^\d{4}-\d\d-\d\d-\d+-\d+\.(parquet(\.part)?|columns)$/.test(name) &&
      !kept.has(name.replace(/columns$/, 'parquet'))
    )
      await rm(join(folder, name), { force: true });
}

const overlap =
  " and last >= coalesce($1::timestamptz, '-infinity') and first <= coalesce($2::timestamptz, 'infinity')";

function withTerms(wish: EventWish): { readonly text: string; readonly values: readonly unknown[] } {
  let text = '';
  const values: unknown[] = [];
  for (const [role, terms] of [
    ['actor', wish.actors],
    ['target', wish.targets],
    ['operation', wish.operations],
  ] as const)
    if (terms !== undefined)
      text += ` and name in (select file from cold_term where role = '${role}' and term = any($${values.push(terms.map(keptTerm)) + 3}::text[]))`;
  return { text, values };
}

/** Of each file the columns that may have something; a file without known columns is left out. */
async function spansThatMay(
  database: Database,
  { terms = [] }: EventWish,
  files: readonly ColdFile[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const names = files.filter(({ columnsSha256 }) => columnsSha256 !== null).map(({ name }) => name);
  const given: unknown[] = [names];
  const text = terms.map(
    (some) =>
      ` and (file, no) in (select file, no from cold_columns where terms && $${given.push(some)}::integer[]
         union all select file, no from cold_columns where terms is null)`,
  );
  const rows = await database.query<{ file: string; no: number }>(
    `select file, no from cold_columns where file = any($1::text[])${text.join('')}`,
    given,
  );
  const found = new Map(names.map((name) => [name, new Set<number>()]));
  for (const { file, no } of rows) found.get(file)?.add(no);
  return found;
}

const fileColumns = 'name, sha256, bytes, events, first_no, upto, first, last, received, columns_sha256';

interface FileRow extends Omit<ColdFile, 'firstNo' | 'columnsSha256'> {
  readonly first_no: number;
  readonly columns_sha256: string | null;
}

const fileOf = ({ first_no: firstNo, columns_sha256: columnsSha256, ...rest }: FileRow): ColdFile => ({
  ...rest,
  firstNo,
  columnsSha256,
});

async function filesOf(database: Database, where: string, values: readonly unknown[]): Promise<readonly ColdFile[]> {
  const rows = await database.query<FileRow>(
    `select ${fileColumns} from cold_file where ${where} order by first_no desc`,
    values.map((value) => value ?? null),
  );
  return rows.map(fileOf);
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function digestOfRows(rows: readonly (readonly [number, string, string])[]): string {
  const hash = createHash('sha256');
  for (const [no, form, raw] of rows) hash.update(`${no} ${form.length} ${raw.length}\n${form}\n${raw}\n`);
  return hash.digest('hex');
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function unreadable({ name, events, first, last }: ColdFile, why: string): Gap {
  return {
    kinds: ['*'],
    where: name,
    code: 'FB-COLD-UNREADABLE',
    reason: `${why} Its ${events} events from ${first.toISOString()} to ${last.toISOString()} were not looked at.`,
    next: 'Bring the file back from a backup, by the name and digest that the ledger has.',
  };
}

function notKept(files: readonly ColdFile[]): Gap {
  const events = files.reduce((sum, file) => sum + file.events, 0);
  const last = new Date(Math.max(...files.map((file) => file.last.getTime())));
  return {
    kinds: ['*'],
    where: 'events',
    code: 'FB-HUNT-BOUND',
    reason: `${events} events up to ${last.toISOString()} are not kept any more.`,
    next: 'Ask since a later time.',
  };
}
