/**
 * The columns of some thousand events that follow each other: fields of the one form, fields of the events as they came, and their times.
 * Made once, after the events are written, by whoever has time for it; without them events are looked through one by one. What must
 * stay true: they say of an event what the event itself says, or that it must be looked at.
 */
import type { NormalEvent } from '@firebreak/contract';
import { addBit, type Bitset, bitset } from '../../graph/bitset.ts';
import { fnv1a } from '../../kernel/fnv.ts';
import type { KeptEvent } from '../store.ts';
import { type Column, ColumnBuilder, decodeColumn, encodeColumn } from './column.ts';
import { decodeNumbers, encodeNumbers, stepsOf, sumsOf } from './numbers.ts';
import { RawColumns } from './raw-columns.ts';

/** Fields of the one form; `actor` has the nodes that acted, groups as well, and `name` the actor's name. */
const formColumns = [
  'actor',
  'name',
  'credential',
  'session',
  'target',
  'operation',
  'activity',
  'outcome',
  'reason',
  'format',
  'system',
  'address',
  'agent',
  'id',
] as const;
type FormColumn = (typeof formColumns)[number];

export interface FormColumns {
  readonly count: number;
  /** Number of each event, ascending. */
  readonly numbers: Float64Array;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  /** Events with fields, as they came, that are in no column. */
  readonly rest: Bitset;
  readonly of: Readonly<Record<FormColumn, Column>>;
}

interface BlockColumns {
  readonly form: FormColumns;
  /** By path. */
  readonly raw: ReadonlyMap<string, Column>;
  /** Of what is in it (`termOf`), each once; null when that is too much to say, and anything may be in it. */
  readonly terms: Int32Array | null;
}

/** More of them are a list of what has not repeated, which leaves out nothing. */
const mostTerms = 30_000;

/** By what a block is found that has a value in a column. Two may have the same: whoever finds the block looks into its column. */
export function termOf(column: string, value: string): number {
  return fnv1a(`${column}\0${value}`);
}

/** By what a block is found whose column has values that are no terms. */
export function openTermOf(column: string): number {
  return fnv1a(`${column}\0\0`);
}

/** @param events all of a block, in their order */
export function columnsOf(events: readonly KeptEvent[]): BlockColumns {
  const count = events.length;
  const form = Object.fromEntries(formColumns.map((name) => [name, new ColumnBuilder()])) as Record<
    FormColumn,
    ColumnBuilder
  >;
  const raw = new RawColumns();
  const numbers = Float64Array.from(events, ({ no }) => no);
  const times = new Float64Array(count);
  for (const [place, kept] of events.entries()) {
    const { event } = kept;
    times[place] = Date.parse(event.time);
    for (const name of formColumns) for (const text of formTexts(event, name)) form[name].add(place, text);
    try {
      raw.add(place, kept.raw);
    } catch {
      // Text that is no JSON after all is for whoever looks at the event.
      raw.leaveOut(place);
    }
  }
  const rest = bitset(count);
  for (const place of raw.rest) addBit(rest, place);
  const built = {
    form: {
      count,
      numbers,
      times,
      rest,
      of: Object.fromEntries(
        formColumns.map((name) => [name, form[name].build(count, isShown(name))]),
      ) as unknown as FormColumns['of'],
    },
    raw: new Map([...raw.columns].map(([path, column]) => [path, column.build(count, false)])),
  };
  return { ...built, terms: raw.rest.length > 0 ? null : termsOf(built) };
}

/** What is counted beside what was found. */
const isShown = (name: FormColumn) => name !== 'id' && name !== 'session' && name !== 'reason' && name !== 'agent';

function formTexts({ actor, ...event }: NormalEvent, name: FormColumn): readonly string[] {
  switch (name) {
    case 'actor':
      return present(actor.id, actor.credential, actor.behind, ...(actor.also ?? []));
    case 'name':
      return [actor.name];
    case 'target':
      return event.targets;
    case 'format':
      return [event.source.format];
    case 'credential':
    case 'session':
    case 'address':
    case 'agent':
      return present(actor[name]);
    default:
      return present(event[name]);
  }
}

const present = (...texts: readonly (string | undefined)[]) => texts.filter((text) => text !== undefined);

function termsOf({ form, raw }: Omit<BlockColumns, 'terms'>): Int32Array | null {
  const terms = new Set<number>();
  const all: [string, Column][] = formColumns.map((name) => [name, form.of[name]]);
  for (const [path, column] of raw) all.push([`raw.${path}`, column]);
  for (const [name, { texts, unsure }] of all) {
    if (texts === null || unsure.some((word) => word !== 0)) terms.add(openTermOf(name));
    for (let number = 0; number < (texts?.length ?? 0); number += 1) terms.add(termOf(name, texts?.at(number) ?? ''));
    if (terms.size > mostTerms) return null;
  }
  return Int32Array.from(terms);
}

/** One stretch of bytes, to be packed. */
export function encodeForm({ count, numbers, times, rest, of }: FormColumns): Buffer {
  const parts = [
    encodeNumbers(stepsOf(numbers)),
    encodeNumbers(stepsOf(times)),
    encodeNumbers(rest),
    ...formColumns.map((name) => encodeColumn(of[name])),
  ];
  const head = Buffer.alloc(4 + 4 * parts.length);
  head.writeUInt32LE(count, 0);
  for (const [number, { length }] of parts.entries()) head.writeUInt32LE(length, 4 + 4 * number);
  return Buffer.concat([head, ...parts]);
}

export function decodeForm(bytes: Buffer): FormColumns {
  const count = bytes.readUInt32LE(0);
  const lengths = Array.from({ length: formColumns.length + 3 }, (_, number) => bytes.readUInt32LE(4 + 4 * number));
  let at = 4 + 4 * lengths.length;
  const [numbers, times, rest, ...columns] = lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  }) as [Buffer, Buffer, Buffer, ...Buffer[]];
  const decoded = new Map<FormColumn, Column>();
  const of = {} as Record<FormColumn, Column>;
  // A hunt asks for few of them.
  for (const [number, name] of formColumns.entries())
    Object.defineProperty(of, name, {
      enumerable: true,
      get: () => {
        const known = decoded.get(name) ?? decodeColumn(columns[number] as Buffer, count);
        decoded.set(name, known);
        return known;
      },
    });
  return {
    count,
    numbers: sumsOf(decodeNumbers(numbers, 0).numbers, new Float64Array(count)),
    times: sumsOf(decodeNumbers(times, 0).numbers, new Float64Array(count)),
    rest: Uint32Array.from(decodeNumbers(rest, 0).numbers),
    of,
  };
}
