/**
 * The columns of some thousand events that follow each other: fields of the one form, fields of the events as they came, and their times.
 * Made once, after the events are written, by whoever has time for it; without them events are looked through one by one. What must
 * stay true: they say of an event what the event itself says, or that it must be looked at.
 */
import { addBit, type Bitset, bitset } from '../../graph/bitset.ts';
import { fnv1a } from '../../kernel/fnv.ts';
import { type Column, ColumnBuilder, decodeColumn, encodeColumn } from './column.ts';
import { type FormColumn, formColumns, formWalk } from './form-fields.ts';
import { fnv1aOfText } from './hash.ts';
import { decodeNumbers, encodeNumbers, stepsOf, sumsOf } from './numbers.ts';
import { RawColumns } from './raw-columns.ts';

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

export interface BlockColumns {
  readonly form: FormColumns;
  /** By path. */
  readonly raw: ReadonlyMap<string, Column>;
  /** Of what is in it (`termOf`), each once; null when that is too much to say, and anything may be in it. */
  readonly terms: Int32Array | null;
}

/** More of them are a list of what has not repeated, which leaves out nothing. */
const mostTerms = 60_000;

/** By what a block is found that has a value in a column. Two may have the same: whoever finds the block looks into its column. */
export function termOf(column: string, value: string): number {
  return fnv1a(`${column}\0${value}`);
}

/** By what a block is found whose column has values that are no terms. */
export function openTermOf(column: string): number {
  return fnv1a(`${column}\0\0`);
}

/** Makes the columns of a block, an event at a time: what it holds of one is a few numbers. */
export class BlockBuilder {
  readonly #numbers: number[] = [];
  readonly #times: number[] = [];
  readonly #form = recordOf((name) => new ColumnBuilder(isShown(name)));
  readonly #raw = new RawColumns();
  readonly #walk = formWalk(
    {
      add: (place, bytes, start, end) => {
        this.#times[place] = Date.parse(bytes.toString('latin1', start, end));
      },
      leaveOpen: () => undefined,
    },
    this.#form,
  );

  get count(): number {
    return this.#numbers.length;
  }

  /** @param bytes with the JSON of the one form, from `start` to `middle`, and of the event as it came, from there to `end` */
  add(no: number, bytes: Buffer, start: number, middle: number, end: number): void {
    const place = this.#numbers.push(no) - 1;
    // The form is ours: one that cannot be gone through was not written by us.
    if (!this.#walk(place, bytes, start, middle)) throw new Error(`The form of event ${no} cannot be read.`);
    this.#raw.add(place, bytes, middle, end);
  }

  build(): BlockColumns {
    const { count } = this;
    const rest = bitset(count);
    for (const place of this.#raw.rest) addBit(rest, place);
    const form: FormColumns = {
      count,
      numbers: Float64Array.from(this.#numbers),
      times: Float64Array.from(this.#times),
      rest,
      of: recordOf((name) => this.#form[name].build(count)),
    };
    const raw = new Map([...this.#raw.columns].map(([path, column]) => [path, column.build(count)]));
    return { form, raw, terms: this.#raw.rest.length > 0 ? null : termsOf(form, raw) };
  }
}

const recordOf = <T>(of: (name: FormColumn) => T) =>
  Object.fromEntries(formColumns.map((name) => [name, of(name)])) as Record<FormColumn, T>;

/** What is counted beside what was found. */
const isShown = (name: FormColumn) => name !== 'id' && name !== 'session' && name !== 'reason' && name !== 'agent';

function termsOf({ of }: FormColumns, raw: ReadonlyMap<string, Column>): Int32Array | null {
  const terms = new Set<number>();
  const all: [string, Column][] = formColumns.map((name) => [name, of[name]]);
  for (const [path, column] of raw) all.push([`raw.${path}`, column]);
  for (const [name, { texts, unsure }] of all) {
    if (texts === null || unsure.some((word) => word !== 0)) terms.add(openTermOf(name));
    const prefix = fnv1a(`${name}\0`);
    texts?.each((bytes, start, end) => terms.add(fnv1aOfText(bytes, start, end, prefix)));
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
