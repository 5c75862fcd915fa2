/**
 * One field of the events of a block as a column: which value each of them has there. Values that repeat are kept once, as text; long ones
 * that hardly do (ids, digests, times) by a hash of 32 bits, which says where to look and not what is there. What must stay true: a
 * place without a pair and without a mark in `unsure` has no value in this field.
 */
import { addBit, type Bitset, bitset, hasBit } from '../../graph/bitset.ts';
import { DistinctValues } from './distinct-values.ts';
import { fnv1aOfText } from './hash.ts';
import type { Sink } from './json-walk.ts';
import { decodeNumbers, encodeNumbers, type Numbers, stepsOf, sumsOf } from './numbers.ts';
import { Texts } from './texts.ts';
import { WholeNumbers } from './whole-numbers.ts';

export interface Column {
  /** Distinct values, by their number; null where only hashes are kept. */
  readonly texts: Texts | null;
  /** Pairs by place, ascending: the place of an event in its block, and the number of a value of it, or the hash of one. */
  readonly places: Numbers;
  readonly values: Numbers;
  /** Events that have more values there than are kept, or too long ones. */
  readonly unsure: Bitset;
}

/** In bytes. A longer value is not kept: whoever asks for it looks at the event. */
const longestText = 300;
/** As many as a hunt looks at in one event (`valuesAt`). */
const mostValues = 1000;
/** Of fewer distinct values the texts are always kept, and of short ones. */
const fewTexts = 16;
const shortText = 20;
/** So many, of which hardly one came twice, are enough to tell what the others will be. */
const clearlyMany = 2000;

export class ColumnBuilder implements Sink {
  readonly #asText: boolean;
  /** Undefined from when it is clear that hashes are kept. */
  #distinct: DistinctValues | undefined = new DistinctValues();
  readonly #lastPlace = new WholeNumbers();
  readonly #places = new WholeNumbers();
  readonly #values = new WholeNumbers();
  readonly #unsure = new WholeNumbers();
  #place = -1;
  #inPlace = 0;
  #last = -1;

  /** @param asText whatever the values are: they are shown */
  constructor(asText: boolean) {
    this.#asText = asText;
  }

  /** @param place not below that of the value before */
  add(place: number, bytes: Buffer, start: number, end: number): void {
    if (place !== this.#place) {
      this.#place = place;
      this.#inPlace = 0;
    }
    this.#inPlace += 1;
    if (end - start > longestText || this.#inPlace > mostValues) this.leaveOpen(place);
    else if (this.#distinct === undefined) this.#push(place, fnv1aOfText(bytes, start, end));
    else this.#addText(this.#distinct, place, bytes, start, end);
  }

  leaveOpen(place: number): void {
    this.#unsure.push(place);
  }

  /** @param count events of the block */
  build(count: number): Column {
    if (this.#distinct !== undefined && this.#hardlyRepeats(this.#distinct, fewTexts, 1 / 2)) this.#keepHashes();
    const unsure = bitset(count);
    for (const place of this.#unsure.taken()) addBit(unsure, place);
    return {
      texts: this.#distinct?.texts() ?? null,
      places: this.#places.taken(),
      values: this.#values.taken(),
      unsure,
    };
  }

  #addText(distinct: DistinctValues, place: number, bytes: Buffer, start: number, end: number): void {
    const again = this.#last >= 0 && distinct.is(this.#last, bytes, start, end);
    const number = again ? this.#last : distinct.numberOf(bytes, start, end);
    if (number === undefined) {
      this.leaveOpen(place);
      return;
    }
    this.#last = number;
    if (number < this.#lastPlace.length) {
      if (this.#lastPlace.at(number) === place) return;
      this.#lastPlace.set(number, place);
      this.#push(place, number);
      return;
    }
    this.#lastPlace.push(place);
    this.#push(place, number);
    if (distinct.count === clearlyMany && this.#hardlyRepeats(distinct, clearlyMany - 1, 9 / 10)) this.#keepHashes();
  }

  #push(place: number, value: number): void {
    this.#places.push(place);
    this.#values.push(value);
  }

  #hardlyRepeats({ count, byteLength }: DistinctValues, from: number, share: number): boolean {
    return !this.#asText && count > from && count > this.#values.length * share && byteLength > shortText * count;
  }

  #keepHashes(): void {
    const { count = 0 } = this.#distinct ?? {};
    const hashes = new Int32Array(count);
    this.#distinct?.texts().each((bytes, start, end, number) => {
      hashes[number] = fnv1aOfText(bytes, start, end);
    });
    for (let at = 0; at < this.#values.length; at += 1) this.#values.set(at, hashes[this.#values.at(at)] as number);
    this.#distinct = undefined;
  }
}

/** As bytes, to be packed: places as steps from one to the next, so that what is regular packs to nothing. */
export function encodeColumn({ texts, places, values, unsure }: Column): Buffer {
  return Buffer.concat([
    Buffer.of(texts === null ? 0 : 1),
    texts?.encode() ?? Buffer.alloc(0),
    encodeNumbers(stepsOf(places)),
    encodeNumbers(values),
    encodeNumbers(unsure.some((word) => word !== 0) ? unsure : new Uint32Array(0)),
  ]);
}

/** @param count events of the block */
export function decodeColumn(bytes: Buffer, count: number): Column {
  const { texts, next } = bytes.readUInt8(0) === 0 ? { texts: null, next: 1 } : Texts.decode(bytes, 1);
  const steps = decodeNumbers(bytes, next);
  const values = decodeNumbers(bytes, steps.next);
  const unsure = decodeNumbers(bytes, values.next).numbers;
  return {
    texts,
    places: sumsOf(steps.numbers, new Int32Array(steps.numbers.length)),
    values: values.numbers,
    unsure: unsure.length === 0 ? bitset(count) : Uint32Array.from(unsure),
  };
}

/** Calls for each value of the places wanted with the number of those that have it. */
export function countTexts(column: Column, wanted: Bitset, each: (text: string, places: number) => void): void {
  const { texts, places, values } = column;
  if (texts === null) return;
  const counts = new Uint32Array(texts.length);
  for (let at = 0; at < places.length; at += 1)
    if (hasBit(wanted, places[at] as number))
      counts[values[at] as number] = (counts[values[at] as number] as number) + 1;
  for (let number = 0; number < counts.length; number += 1) {
    const count = counts[number] as number;
    if (count > 0) each(texts.at(number), count);
  }
}
