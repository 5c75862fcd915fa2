/**
 * Columns of the events in a Parquet file (`events/columns/`), in a file beside it: what a hunt asks for is read, and nothing else. It is a
 * help and no more: without it, or where it is not the one that was written, the Parquet file is read from end to end.
 *
 * The file: length of the table of contents (32 bits, little-endian), the table as JSON, then what it names, each packed with zstd.
 */
import { open, writeFile } from 'node:fs/promises';
import type { ColumnedBlock, EventReader } from '../events/columns/columned-block.ts';
import { formAt, groupOf, unpackGroup } from '../events/columns/forms.ts';
import type { FramedEvent } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import type { Transaction } from './database.ts';
import { ColumnPacker, enoughEvents, PackedBlock, type PackedColumns } from './event-columns.ts';

/** Columns of events that follow each other, with the number of the first. */
export interface ColdSpan extends PackedColumns {
  readonly no: number;
}

/** A block that is to go to a file. */
interface MovingBlock {
  readonly no: number;
  readonly upto: number;
  readonly events: readonly FramedEvent[];
}

/** Columns of blocks that go to a file: those that the database has, and new ones where it has none. */
export async function spansOf(tx: Pick<Transaction, 'query'>, blocks: readonly MovingBlock[]): Promise<ColdSpan[]> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const range = [first.no, last.upto];
  const rows = await tx.query<SpanRow>(
    'select no, upto, form, forms, ends, terms from event_columns where no >= $1 and upto <= $2 order by no',
    range,
  );
  const columns = await tx.query<{ no: number; path: string; packed: Buffer }>(
    'select no, path, packed from event_column where no in (select no from event_columns where no >= $1 and upto <= $2)',
    range,
  );
  const ofRow = Map.groupBy(columns, ({ no }) => no);
  const spans: ColdSpan[] = rows.map(({ no, form, forms, ends, terms }) => ({
    no,
    form,
    forms: { bytes: forms, ends },
    terms,
    raw: ofRow.get(no) ?? [],
  }));
  let bare: { readonly no: number; readonly packer: ColumnPacker } | undefined;
  const close = () => {
    if (bare !== undefined) spans.push({ no: bare.no, ...bare.packer.build() });
    bare = undefined;
  };
  for (const { no, events } of blocks) {
    if (rows.some((row) => no >= row.no && no <= row.upto)) {
      close();
      continue;
    }
    bare ??= { no, packer: new ColumnPacker() };
    for (const each of events) bare.packer.add(each);
    if (bare.packer.count >= enoughEvents) close();
  }
  close();
  return spans.sort((a, b) => a.no - b.no);
}

interface SpanRow {
  readonly no: number;
  readonly upto: number;
  readonly form: Buffer;
  readonly forms: Buffer;
  readonly ends: readonly number[];
  readonly terms: readonly number[] | null;
}

type Place = readonly [offset: number, length: number];
interface Contents {
  readonly spans: readonly {
    readonly no: number;
    readonly form: Place;
    readonly forms: Place;
    readonly ends: readonly number[];
    readonly raw: readonly (readonly [path: string, ...place: Place])[];
  }[];
}

export async function writeSpans(path: string, spans: readonly ColdSpan[]): Promise<void> {
  const parts: Buffer[] = [];
  let at = 0;
  const put = (bytes: Buffer): Place => {
    parts.push(bytes);
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  };
  const contents: Contents = {
    spans: spans.map(({ no, form, forms, raw }) => ({
      no,
      form: put(form),
      forms: put(forms.bytes),
      ends: forms.ends,
      raw: raw.map((column) => [column.path, ...put(column.packed)]),
    })),
  };
  const table = Buffer.from(JSON.stringify(contents));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(table.length, 0);
  await writeFile(path, Buffer.concat([head, table, ...parts]));
}

/** A block of a file, and where in the file its forms are. */
class ColdBlock extends PackedBlock {
  readonly formsAt: number;
  readonly ends: readonly number[];

  constructor(
    form: Buffer,
    raw: ReadonlyMap<string, Buffer>,
    reader: EventReader,
    at: { readonly formsAt: number; readonly ends: readonly number[] },
  ) {
    super(form, raw, reader);
    this.formsAt = at.formsAt;
    this.ends = at.ends;
  }
}

/**
 * Of a file that is the one that was written.
 *
 * @param numbers first numbers of the spans that are wanted
 * @param whole how events are read with what they came as
 */
export async function readSpans(
  path: string,
  numbers: ReadonlySet<number>,
  paths: ReadonlySet<string>,
  whole: (numbers: readonly number[]) => Promise<ReadonlyMap<number, KeptEvent>>,
): Promise<readonly { readonly no: number; readonly block: ColumnedBlock }[]> {
  const reader: EventReader = {
    read: (wanted, part) =>
      part === 'whole'
        ? whole(wanted.map(({ block, place }) => block.form.numbers[place] as number))
        : readForms(path, wanted),
  };
  return withFile(path, async (read) => {
    const length = (await read(0, 4)).readUInt32LE(0);
    const { spans } = JSON.parse((await read(4, length)).toString()) as Contents;
    const start = 4 + length;
    return Promise.all(
      spans
        .filter(({ no }) => numbers.has(no))
        .map(async ({ no, form, forms, ends, raw }) => {
          const packed = await Promise.all(
            raw
              .filter(([column]) => paths.has(column))
              .map(async ([column, offset, bytes]) => [column, await read(start + offset, bytes)] as const),
          );
          const at = { formsAt: start + forms[0], ends };
          return { no, block: new ColdBlock(await read(start + form[0], form[1]), new Map(packed), reader, at) };
        }),
    );
  });
}

function readForms(path: string, wanted: Parameters<EventReader['read']>[0]): Promise<ReadonlyMap<number, KeptEvent>> {
  return withFile(path, async (read) => {
    const events = new Map<number, KeptEvent>();
    const groups = new Map<number, readonly string[]>();
    for (const { block, place } of wanted) {
      if (!(block instanceof ColdBlock)) continue;
      const group = groupOf(place);
      const [from, to] = [block.ends[group - 1] ?? 0, block.ends[group] as number];
      const lines = groups.get(block.formsAt + from) ?? unpackGroup(await read(block.formsAt + from, to - from));
      groups.set(block.formsAt + from, lines);
      const no = block.form.numbers[place] as number;
      events.set(no, formAt(lines, place, no));
    }
    return events;
  });
}

async function withFile<T>(
  path: string,
  work: (read: (position: number, length: number) => Promise<Buffer>) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await work(async (position, length) => (await file.read(Buffer.alloc(length), 0, length, position)).buffer);
  } finally {
    await file.close();
  }
}
