/**
 * Columns of the events in the database (`events/columns/`): made for some thousand events at a time, by whoever has time for it, and read
 * by hunts. What must stay true: a block is in the columns of no or of one row, wholly; blocks of a row follow each other.
 */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { BlockBuilder, decodeForm, encodeForm, type FormColumns } from '../events/columns/block-columns.ts';
import { type Column, decodeColumn, encodeColumn } from '../events/columns/column.ts';
import type { ColumnedBlock, EventReader } from '../events/columns/columned-block.ts';
import { FormPacker, formAt, groupOf, type PackedForms, unpackGroup } from '../events/columns/forms.ts';
import { pack, unpack } from '../events/columns/packing.ts';
import { type FramedEvent, framedEvents } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import type { EventWish } from '../events/store.ts';
import type { Database, Queryable } from './database.ts';
import type { BlockRow } from './event-block.ts';
import { blocksThatMay } from './event-store.ts';

const decompress = promisify(zstdDecompress);

/** So many make columns of their own; fewer wait a while for more. */
export const enoughEvents = 16_000;
const mostBlocks = 2000;
const mostPacked = 8 << 20;

/** Columns as they are kept, packed. */
export interface PackedColumns {
  readonly form: Buffer;
  readonly forms: PackedForms;
  readonly raw: readonly { readonly path: string; readonly packed: Buffer }[];
  readonly terms: readonly number[] | null;
}

/** Makes columns of events that follow each other, of which it holds no more than the columns. */
export class ColumnPacker {
  readonly #block = new BlockBuilder();
  readonly #forms = new FormPacker();

  get count(): number {
    return this.#block.count;
  }

  add(event: FramedEvent): void {
    event.within((bytes, start, middle, end) => {
      this.#block.add(event.no, bytes, start, middle, end);
      this.#forms.add(event.received, bytes, start, middle);
    });
  }

  build(): PackedColumns {
    const { form, raw, terms } = this.#block.build();
    return {
      forms: this.#forms.build(),
      form: pack(encodeForm(form)),
      raw: [...raw].map(([path, column]) => ({ path, packed: pack(encodeColumn(column)) })),
      terms: terms === null ? null : [...terms],
    };
  }
}

/**
 * Makes the columns of the oldest events that have none.
 *
 * @param patience fewer events than are worth it wait until they came in before this
 * @returns how many events have them now; 0 when there is nothing to do
 */
export async function columnNext(database: Database, patience: Date): Promise<number> {
  const rows = await database.query<BlockRow & { readonly upto: number }>(
    `select no, upto, places, received, packed, pieces from (
       select *, sum(upto - no + 1) over (order by no) - (upto - no + 1) as events,
         sum(length(packed)) over (order by no) - length(packed) as bytes from (
         select * from event_block where not columned and no < coalesce((select min(no) from event_columns
           where no > (select min(no) from event_block where not columned)), 9223372036854775807)
         order by no limit ${mostBlocks}) as bare) as counted
     where events < ${enoughEvents} and bytes < ${mostPacked} order by no`,
  );
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const numbered = rows.reduce((sum, { no, upto }) => sum + upto - no + 1, 0);
  if (numbered < enoughEvents / 2 && rows.length < mostBlocks && last.received >= patience) return 0;
  const packer = new ColumnPacker();
  const pieces: { block: number; offset: number; length: number; count: number }[] = [];
  for (const { no, places, received, packed, pieces: lengths } of rows) {
    let [offset, before] = [0, 0];
    for (const length of lengths) {
      const count = packer.count;
      // Here and not on Node's threads: those work at the priority of everything else.
      const frames = unpack(packed.subarray(offset, offset + length));
      for (const each of framedEvents(frames, no, places, received, before)) packer.add(each);
      pieces.push({ block: no, offset, length, count: packer.count - count });
      [offset, before] = [offset + length, before + packer.count - count];
    }
  }
  const { form, forms, raw, terms } = packer.build();
  const numbers = rows.map(({ no }) => no);
  return database.transaction(async (tx) => {
    // Some may have moved to a file, or somebody else was first.
    const there = await tx.query(
      'select no from event_block where no = any($1::bigint[]) and not columned order by no for update',
      [numbers],
    );
    if (there.length < rows.length) return 0;
    await tx.query(
      `insert into event_columns (no, upto, blocks, offsets, lengths, counts, form, forms, ends, terms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        first.no,
        last.upto,
        pieces.map(({ block }) => block),
        pieces.map(({ offset }) => offset),
        pieces.map(({ length }) => length),
        pieces.map(({ count }) => count),
        form,
        forms.bytes,
        forms.ends,
        terms,
      ],
    );
    await tx.query(
      `insert into event_column (path, no, packed)
       select path, $1, packed from unnest($2::text[], $3::bytea[]) as given (path, packed)`,
      [first.no, raw.map(({ path }) => path), raw.map(({ packed }) => packed)],
    );
    await tx.query('update event_block set columned = true where no = any($1::bigint[])', [numbers]);
    return packer.count;
  });
}

/** A few megabytes of columns at a time. */
const rowsAtOnce = 64;

interface ColumnsRow {
  readonly no: number;
  readonly blocks: readonly number[];
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  readonly counts: readonly number[];
  readonly form: Buffer;
  readonly ends: readonly number[];
}

/** Events with columns in which something may fit, or a block without: those that came in last first, each with its first number. */
type HotPiece =
  | { readonly no: number; readonly block: ColumnedBlock }
  | { readonly no: number; readonly bare: true }
  /** What was there a moment ago is not there as it was: ask again, from the last piece on. */
  | { readonly gone: true };

/** @param paths the fields, as they came, that are asked for */
export async function* piecesThatMay(
  database: Queryable,
  wish: EventWish,
  before: number,
  paths: readonly string[],
): AsyncGenerator<HotPiece> {
  const reader: EventReader = {
    read: (wanted, part) => (part === 'form' ? readForms(database, wanted) : readEvents(database, wanted)),
  };
  const numbers = await numbersThatMay(database, wish, before);
  for (let from = 0; from < numbers.length; from += rowsAtOnce) {
    const some = numbers.slice(from, from + rowsAtOnce);
    const columned = some.filter(({ bare }) => !bare).map(({ no }) => no);
    // The fields first: where the row is there afterwards, so were all of its fields.
    const columns =
      columned.length === 0 || paths.length === 0
        ? []
        : await database.query<{ path: string; no: number; packed: Buffer }>(
            'select path, no, packed from event_column where path = any($2::text[]) and no = any($1::bigint[])',
            [columned, paths.filter(isText)],
          );
    const rows =
      columned.length === 0
        ? []
        : await database.query<ColumnsRow>(
            'select no, blocks, offsets, lengths, counts, form, ends from event_columns where no = any($1::bigint[])',
            [columned],
          );
    const known = new Map(rows.map((row) => [row.no, row]));
    const ofRow = Map.groupBy(columns, ({ no }) => no);
    for (const { no, bare } of some) {
      const row = known.get(no);
      if (row !== undefined) {
        const raw = new Map((ofRow.get(no) ?? []).map(({ path, packed }) => [path, packed]));
        yield { no, block: new HotColumns(row, raw, reader) };
      } else if (bare) yield { no, bare: true };
      else {
        yield { gone: true };
        return;
      }
    }
  }
}

/** PostgreSQL has no other; a path that is none is in no column. */
const isText = (path: string) => !path.includes('\0') && path.isWellFormed();

/** First numbers of rows of columns, and of blocks without, the last first. */
async function numbersThatMay(
  database: Queryable,
  wish: EventWish,
  before: number,
): Promise<readonly { readonly no: number; readonly bare: boolean }[]> {
  const { text, values } = blocksThatMay(wish);
  const given: unknown[] = [before, ...values];
  const terms = (wish.terms ?? []).map(
    (some) =>
      ` and no in (select no from event_columns where terms && $${given.push(some)}::integer[]
         union all select no from event_columns where terms is null)`,
  );
  return database.query<{ no: number; bare: boolean }>(
    `select no, true as bare from event_block b where not columned and no < $1${text}
     union all
     select no, false from event_columns c where no < $1${terms.join('')}${
       text === '' ? '' : ` and exists (select from event_block b where b.no between c.no and c.upto${text})`
     }
     order by no desc`,
    given,
  );
}

export class PackedBlock implements ColumnedBlock {
  readonly reader: EventReader;
  readonly #packedForm: Buffer;
  readonly #packed: ReadonlyMap<string, Buffer>;
  readonly #raw = new Map<string, Column>();
  #form: FormColumns | undefined;

  constructor(form: Buffer, raw: ReadonlyMap<string, Buffer>, reader: EventReader) {
    this.#packedForm = form;
    this.#packed = raw;
    this.reader = reader;
  }

  get form(): FormColumns {
    this.#form ??= decodeForm(unpack(this.#packedForm));
    return this.#form;
  }

  raw(path: string): Column | undefined {
    const packed = this.#packed.get(path);
    if (packed === undefined) return undefined;
    const column = this.#raw.get(path) ?? decodeColumn(unpack(packed), this.form.count);
    this.#raw.set(path, column);
    return column;
  }
}

class HotColumns extends PackedBlock {
  readonly row: ColumnsRow;

  constructor(row: ColumnsRow, raw: ReadonlyMap<string, Buffer>, reader: EventReader) {
    super(row.form, raw, reader);
    this.row = row;
  }
}

type Wanted = Parameters<EventReader['read']>[0];

async function readForms(database: Queryable, wanted: Wanted): Promise<ReadonlyMap<number, KeptEvent>> {
  const groups = new Map<string, { row: ColumnsRow; group: number; found: { place: number; no: number }[] }>();
  for (const { block, place } of wanted) {
    if (!(block instanceof HotColumns)) continue;
    const group = groupOf(place);
    const key = `${block.row.no} ${group}`;
    const known = groups.get(key) ?? { row: block.row, group, found: [] };
    known.found.push({ place, no: block.form.numbers[place] as number });
    groups.set(key, known);
  }
  const all = [...groups.values()];
  const starts = all.map(({ row, group }) => row.ends[group - 1] ?? 0);
  const rows = await database.query<{ nth: number; packed: Buffer }>(
    `select nth::integer as nth, substr(forms, start + 1, length) as packed
     from unnest($1::bigint[], $2::integer[], $3::integer[]) with ordinality as given (no, start, length, nth)
     join event_columns using (no)`,
    [
      all.map(({ row }) => row.no),
      starts,
      all.map(({ row, group }, at) => (row.ends[group] as number) - (starts[at] as number)),
    ],
  );
  const events = new Map<number, KeptEvent>();
  for (const { nth, packed } of rows) {
    const lines = unpackGroup(packed);
    for (const { place, no } of all[nth - 1]?.found ?? []) events.set(no, formAt(lines, place, no));
  }
  return events;
}

/** Unpacked, an eighth of a megabyte each. */
const piecesAtOnce = 64;

/** Unpacks only the pieces that they are in. */
async function readEvents(database: Queryable, wanted: Wanted): Promise<ReadonlyMap<number, KeptEvent>> {
  const pieces = new Map<string, { block: number; offset: number; length: number; before: number }>();
  const numbers = new Set<number>();
  for (const { block, place } of wanted) {
    if (!(block instanceof HotColumns)) continue;
    const { blocks, offsets, lengths, counts } = block.row;
    let [piece, from, before] = [0, 0, 0];
    for (; place >= from + (counts[piece] as number); piece += 1) {
      from += counts[piece] as number;
      before = blocks[piece + 1] === blocks[piece] ? before + (counts[piece] as number) : 0;
    }
    const [no, offset, length] = [blocks[piece], offsets[piece], lengths[piece]] as [number, number, number];
    numbers.add(block.form.numbers[place] as number);
    pieces.set(`${no} ${offset}`, { block: no, offset, length, before });
  }
  const all = [...pieces.values()];
  const found = new Map<number, KeptEvent>();
  for (let at = 0; at < all.length; at += piecesAtOnce) {
    const some = all.slice(at, at + piecesAtOnce);
    const rows = await database.query<PieceRow>(
      `select b.no, b.places, b.received, substr(b.packed, "offset" + 1, length) as bytes, before
       from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[]) as given (block, "offset", length, before)
       join event_block b on b.no = given.block`,
      [
        some.map(({ block }) => block),
        some.map(({ offset }) => offset),
        some.map(({ length }) => length),
        some.map(({ before }) => before),
      ],
    );
    await Promise.all(
      rows.map(async ({ no, places, received, bytes, before }) => {
        for (const each of framedEvents(await decompress(bytes), no, places, received, before))
          if (numbers.has(each.no)) found.set(each.no, each);
      }),
    );
  }
  return found;
}

interface PieceRow {
  readonly no: number;
  readonly places: readonly number[] | null;
  readonly received: Date;
  readonly bytes: Buffer;
  readonly before: number;
}
