/**
 * The port of events on PostgreSQL. What must stay true:
 *
 * - an event is kept once, by its id, whoever sends it and however many send at the same time;
 * - numbers become visible in their order, so that whoever reads on from a number misses none: appending is one after the other,
 *   by a lock that ends with its transaction;
 * - what an event costs is bytes: a block of thousands is packed outside the database and written as one value.
 */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { NormalEvent } from '@firebreak/contract';
import { type EventBatch, eventKey, framePacking, isBy, pieceBytes } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { type LookedAt, notLooked } from '../events/look.ts';
import {
  type Appended,
  type AppendedBlock,
  type EventLine,
  type EventStore,
  type EventWish,
  mainLine,
} from '../events/store.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Database, Transaction } from './database.ts';
import { type BlockRow, eventsOfBlock } from './event-block.ts';

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];

/** Arbitrary and ours: whoever appends holds it. */
const appendLock = 4_711_290_021;
/** The number of a block's last event: places behind it may be those of duplicates. */
const lastOf = 'coalesce(no + places[cardinality(places)], upto)';
/** Blocks that are looked at in one go. */
const blocksAtOnce = 16;
const mostBlocksAfter = 200;

export function createEventStore(database: Database): EventStore {
  return {
    append: async (batches, received, line = mainLine) => {
      if (batches.every(({ count }) => count === 0))
        return { batches: batches.map(() => ({ kept: 0, duplicates: 0, byFormat: [] })) };
      // Packed while the database looks which of them it has; again only if it has some.
      const all = pack(batches, undefined);
      return database
        .transaction((tx) => append(tx, { batches, received, line }, all))
        .finally(() => all.catch(() => undefined));
    },

    byActors: async (nodes, since, limit) => {
      const wanted = new Set(nodes);
      const blocks = await database.query<{ no: number }>(
        `select distinct block as no from event_term
         where role = 'actor' and term = any($1::text[]) and last >= coalesce($2::timestamptz, '-infinity') order by block`,
        [nodes.map(keptTerm), since ?? null],
      );
      let events: NormalEvent[] = [];
      let more = false;
      for (const some of chunks(blocks, blocksAtOnce)) {
        for (const row of await blockRows(
          database,
          some.map(({ no }) => no),
        ))
          for (const { event } of await eventsOfBlock(row))
            if (isBy(event, wanted) && (since === undefined || event.time >= since)) events.push(event);
        if (events.length <= 2 * limit) continue;
        more = true;
        events = oldest(events, limit);
      }
      more ||= events.length > limit;
      return { events: oldest(events, limit), more };
    },

    byId: async (id) => {
      const [row] = await database.query<BlockRow & { wanted: number }>(
        `select k.no as wanted, b.no, b.places, b.received, b.packed, b.pieces
         from event_key k cross join lateral (select * from event_block where no <= k.no order by no desc limit 1) b
         where k.key = $1::uuid`,
        [eventKey(id)],
      );
      return row === undefined ? undefined : (await eventsOfBlock(row)).find(({ no }) => no === row.wanted);
    },

    byIds: async (ids) => {
      const places = await database.query<{ no: number; block: number }>(
        `select k.no, (select b.no from event_block b where b.no <= k.no order by b.no desc limit 1) as block
         from event_key k where k.key = any($1::uuid[])`,
        [ids.map(eventKey)],
      );
      const wanted = new Set(places.map(({ no }) => no));
      const blocks = [...new Set(places.map(({ block }) => block))].sort((a, b) => a - b);
      const events: NormalEvent[] = [];
      for (const some of chunks(blocks, blocksAtOnce))
        for (const row of await blockRows(database, some))
          for (const { no, event } of await eventsOfBlock(row)) if (wanted.has(no)) events.push(event);
      return events;
    },

    search: async function* (wish) {
      const { text, values } = blocksThatMay(wish);
      let before = Number.MAX_SAFE_INTEGER;
      while (true) {
        const rows = await database.query<BlockRow>(
          `select no, places, received, packed, pieces from event_block b where no < $1${text} order by no desc limit ${blocksAtOnce}`,
          [before, ...values],
        );
        for (const row of rows) {
          const fitting = (await eventsOfBlock(row)).filter(fits(wish));
          if (fitting.length > 0) yield fitting.reverse();
          before = row.no;
        }
        if (rows.length < blocksAtOnce) return;
      }
    },

    after: async (no, limit, line = mainLine) => {
      const { text, values } = ofLine(line, 3);
      const rows = await database.query<BlockRow>(
        `select no, places, received, packed, pieces from (
           select *, sum(upto - no + 1) over (order by no) - (upto - no + 1) as before from (
             select * from event_block
             where no >= coalesce((select no from event_block where no <= $1 order by no desc limit 1), 0) and upto > $1${text}
             order by no limit ${mostBlocksAfter}) as next) as counted
         where before < $2 order by no`,
        [no, limit, ...values],
      );
      const events: KeptEvent[] = [];
      for (const row of rows) for (const each of await eventsOfBlock(row)) if (each.no > no) events.push(each);
      return events;
    },

    last: async (line = mainLine) => {
      const { text, values } = ofLine(line, 1);
      const [row] = await database.query<{ last: number }>(
        `select ${lastOf} as last from event_block where true${text} order by no desc limit 1`,
        values,
      );
      return row?.last ?? 0;
    },

    logs: async () =>
      (
        await database.query<{ format: string; events: string; first: Date; last: Date }>(
          'select format, events::text, first, last from event_format order by format',
        )
      ).map(({ format, events, first, last }) => ({
        format,
        events: Number(events),
        first: first.toISOString(),
        last: last.toISOString(),
      })),
  };
}

/** Blocks that whoever follows the line has to see, with parameters from `$<from>` on. */
function ofLine(
  { name, except }: EventLine,
  from: number,
): { readonly text: string; readonly values: readonly string[] } {
  if (name === mainLine.name) return { text: '', values: [] };
  if (except === undefined) return { text: ` and line = $${from}`, values: [name] };
  return { text: ` and (line = $${from} or not line ^@ $${from + 1})`, values: [name, except] };
}

interface Appending {
  readonly batches: readonly EventBatch[];
  readonly received: Date;
  readonly line: EventLine;
}

async function append(
  tx: Transaction,
  { batches, received, line }: Appending,
  all: Promise<Packed>,
): Promise<{ readonly batches: readonly Appended[]; readonly block?: AppendedBlock }> {
  await tx.query('select pg_advisory_xact_lock($1)', [appendLock]);
  const { text, values } = ofLine(line, 1);
  const [newest] = await tx.query<{ upto: number; previous: number | null }>(
    `select upto, (select ${lastOf} from event_block where true${text} order by no desc limit 1) as previous
     from event_block order by no desc limit 1`,
    values,
  );
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const keys = batches.flatMap((batch) => (batch.count === 0 ? [] : batch.keys)).join(',');
  const first = (newest?.upto ?? 0) + 1;
  const [put] = await tx.query<{ kept: number; places: number[] | null }>(
    `with put as (
       insert into event_key (key, no)
       -- In the order of the index: neighbours come one after the other.
       select key, $2::bigint + place - 1 from unnest($1::uuid[]) with ordinality as given (key, place) order by key
       on conflict (key) do nothing returning no)
     select count(*)::integer as kept,
       case when count(*) < $3::integer then array_agg((no - $2)::integer order by no) end as places from put`,
    [`{${keys}}`, first, count],
  );
  const kept = put?.kept ?? 0;
  const places = kept === count ? null : (put?.places ?? []);
  const appended = each(batches, places);
  if (kept === 0) return { batches: appended };
  const packed = await (places === null ? all : pack(batches, new Set(places)));
  await writeBlock(tx, { batches, first, count, places, received, line: line.name, packed });
  const { bytes, pieces, counts } = packed;
  const upto = first + count - 1;
  const previous = newest?.previous ?? 0;
  const looked = places === null ? lookedAt(batches) : undefined;
  const block = { no: first, upto, previous, places, received, packed: bytes, pieces };
  return { batches: appended, block: looked === undefined ? block : { ...block, looked: { batches: looked, counts } } };
}

/** The looks at all events, where some were looked at: of the others it is not known who has to see them. */
function lookedAt(batches: readonly EventBatch[]): readonly LookedAt[] | undefined {
  if (batches.every(({ looks }) => looks === undefined)) return undefined;
  return batches.map(({ count, looks, times }) => ({ looks: looks ?? notLooked(count), times }));
}

interface Block {
  readonly batches: readonly EventBatch[];
  readonly first: number;
  readonly count: number;
  readonly places: readonly number[] | null;
  readonly received: Date;
  readonly line: string;
  readonly packed: Packed;
}

interface Span {
  events: number;
  first: number;
  last: number;
}

async function writeBlock(
  tx: Transaction,
  { batches, first, count, places, received, line, packed }: Block,
): Promise<void> {
  const isKept = places === null ? undefined : new Set(places);
  const whole: Span = emptySpan();
  const formats = new Map<string, Span>();
  const terms = new Map<string, Span>();
  let offset = 0;
  for (const batch of batches) {
    const has = (place: number) => isKept?.has(offset + place) ?? true;
    for (let place = 0; place < batch.count; place += 1) {
      if (!has(place)) continue;
      const time = batch.times[place] ?? 0;
      widen(whole, time);
      widen(spanOf(formats, batch.formats[batch.formatOf[place] ?? 0] ?? ''), time);
    }
    const names = batch.terms.map(({ role, term }) => `${role} ${keptTerm(term)}`);
    for (let pair = 0; pair < batch.found.length; pair += 2) {
      const place = batch.found[pair] ?? 0;
      if (has(place)) widen(spanOf(terms, names[batch.found[pair + 1] ?? 0] ?? ''), batch.times[place] ?? 0);
    }
    offset += batch.count;
  }
  const [termNames, formatNames] = [[...terms.keys()], [...formats.keys()]];
  await tx.query(
    `with block as (
       insert into event_block (no, upto, places, received, first, last, packed, pieces, line)
       values ($1, $2, $3, $4, $5, $6, $7, $17, $18)),
     named as (
       insert into event_term (role, term, block, first, last, events)
       select role, term, $1, first, last, events
       from unnest($8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::integer[])
         as given (role, term, first, last, events))
     insert into event_format as known (format, events, first, last)
     select * from unnest($13::text[], $14::integer[], $15::timestamptz[], $16::timestamptz[])
     on conflict (format) do update set events = known.events + excluded.events,
       first = least(known.first, excluded.first), last = greatest(known.last, excluded.last)`,
    [
      first,
      first + count - 1,
      places,
      received,
      new Date(whole.first),
      new Date(whole.last),
      packed.bytes,
      termNames.map((name) => name.slice(0, name.indexOf(' '))),
      termNames.map((name) => name.slice(name.indexOf(' ') + 1)),
      ...columns([...terms.values()]),
      formatNames,
      ...((spans: readonly Span[]) => {
        const [firsts, lasts, events] = columns(spans);
        return [events, firsts, lasts];
      })([...formats.values()]),
      packed.pieces,
      line,
    ],
  );
}

function columns(spans: readonly Span[]): [string[], string[], number[]] {
  return [
    spans.map(({ first }) => new Date(first).toISOString()),
    spans.map(({ last }) => new Date(last).toISOString()),
    spans.map(({ events }) => events),
  ];
}

const emptySpan = (): Span => ({ events: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY });

function spanOf(spans: Map<string, Span>, name: string): Span {
  const known = spans.get(name);
  if (known !== undefined) return known;
  const span = emptySpan();
  spans.set(name, span);
  return span;
}

function widen(span: Span, time: number): void {
  span.events += 1;
  if (time < span.first) span.first = time;
  if (time > span.last) span.last = time;
}

/** What became of each batch, from the places that were kept. */
function each(batches: readonly EventBatch[], places: readonly number[] | null): Appended[] {
  const isKept = places === null ? undefined : new Set(places);
  let offset = 0;
  return batches.map(({ count, formats, formatOf }) => {
    const byFormat = formats.map((format) => ({ format, kept: 0, duplicates: 0 }));
    for (let place = 0; place < count; place += 1) {
      const of = byFormat[formatOf[place] ?? 0];
      if (of === undefined) continue;
      if (isKept?.has(offset + place) ?? true) of.kept += 1;
      else of.duplicates += 1;
    }
    offset += count;
    const kept = byFormat.reduce((sum, of) => sum + of.kept, 0);
    return { kept, duplicates: count - kept, byFormat };
  });
}

interface Packed {
  readonly bytes: Buffer;
  /** Bytes of each piece, and how many events it holds. */
  readonly pieces: readonly number[];
  readonly counts: readonly number[];
}

/** What is packed stays as it is, unless something of it is left out; what is not is packed with its neighbours. */
async function pack(batches: readonly EventBatch[], kept: ReadonlySet<number> | undefined): Promise<Packed> {
  const pieces: Uint8Array[] = [];
  const counts: number[] = [];
  let loose: Uint8Array[] = [];
  let [looseBytes, looseEvents] = [0, 0];
  const close = async () => {
    if (loose.length > 0) {
      pieces.push(await compress(Buffer.concat(loose), framePacking));
      counts.push(looseEvents);
    }
    [loose, looseBytes, looseEvents] = [[], 0, 0];
  };
  const leave = async (frames: Uint8Array, events: number) => {
    loose.push(frames);
    looseBytes += frames.length;
    looseEvents += events;
    if (looseBytes >= pieceBytes) await close();
  };
  let offset = 0;
  for (const { frames, ends, count, packed, pieces: lengths, counts: inPieces } of batches) {
    const has = (place: number) => kept?.has(offset + place) ?? true;
    const places = Array.from({ length: count }, (_, place) => place).filter(has);
    const made = packed ? [...slices(frames, lengths)] : [];
    if (places.length === count && packed) {
      await close();
      pieces.push(...made);
      counts.push(...inPieces);
    } else if (places.length > 0) {
      const plain = packed ? Buffer.concat(await Promise.all(made.map((piece) => decompress(piece)))) : frames;
      if (places.length === count) await leave(plain, count);
      else for (const place of places) await leave(plain.subarray(ends[place - 1] ?? 0, ends[place]), 1);
    }
    offset += count;
  }
  await close();
  return { bytes: Buffer.concat(pieces), pieces: pieces.map(({ length }) => length), counts };
}

function* slices(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function blockRows(database: Database, numbers: readonly number[]): Promise<readonly BlockRow[]> {
  return database.query<BlockRow>(
    'select no, places, received, packed, pieces from event_block where no = any($1::bigint[]) order by no',
    [numbers],
  );
}

/** Conditions, with parameters from $2 on, that leave out blocks in which nothing can fit. */
export function blocksThatMay(wish: EventWish): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value) + 1}`;
  let text = '';
  if (wish.since !== undefined) text += ` and last >= ${parameter(wish.since)}::timestamptz`;
  if (wish.until !== undefined) text += ` and first <= ${parameter(wish.until)}::timestamptz`;
  for (const [role, terms] of [
    ['actor', wish.actors],
    ['target', wish.targets],
    ['operation', wish.operations],
  ] as const)
    if (terms !== undefined)
      text += ` and no in (select block from event_term where role = '${role}' and term = any(${parameter(terms.map(keptTerm))}::text[]))`;
  return { text, values };
}

function fits(wish: EventWish): (kept: KeptEvent) => boolean {
  const { since, until } = wish;
  const [actors, targets, operations, formats] = [wish.actors, wish.targets, wish.operations, wish.formats].map(
    (list) => (list === undefined ? undefined : new Set(list)),
  );
  return ({ event }) =>
    (since === undefined || event.time >= since) &&
    (until === undefined || event.time <= until) &&
    (formats?.has(event.source.format) ?? true) &&
    (operations?.has(event.operation) ?? true) &&
    (targets === undefined || event.targets.some((target) => targets.has(target))) &&
    (actors === undefined || isBy(event, actors));
}

function oldest(events: readonly NormalEvent[], limit: number): NormalEvent[] {
  return [...events].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).slice(0, limit);
}

function* chunks<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

const longestTerm = 300;

/** PostgreSQL has no text with a NUL, and no long one in an index: a long term is found by its digest. */
export function keptTerm(term: string): string {
  if (term.length > longestTerm) return `sha256:${sha256Hex(term)}`;
  return term.replaceAll('\0', '\ufffd');
}
