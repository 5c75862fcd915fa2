/**
 * One field of the events of a block as a column: which value each of them has there. Values that repeat are kept once, as text; long ones
 * that hardly do (ids, digests, times) by a hash of 32 bits, which says where to look and not what is there. What must stay true: a
 * place without a pair and without a mark in `unsure` has no value in this field.
 */
import { addBit, type Bitset, bitset, hasBit } from '../../graph/bitset.ts';
import { fnv1a } from '../../kernel/fnv.ts';
import { decodeNumbers, encodeNumbers, type Numbers, stepsOf, sumsOf } from './numbers.ts';
import { Texts } from './texts.ts';

export interface Column {
  /** Distinct values, by their number; null where only hashes are kept. */
  readonly texts: Texts | null;
  /** Pairs by place, ascending: the place of an event in its block, and the number of a value of it, or the hash of one. */
  readonly places: Numbers;
  readonly values: Numbers;
  /** Events that have more values there than are kept, or too long ones. */
  readonly unsure: Bitset;
}

/** A longer value is not kept: whoever asks for it looks at the event. */
const longestText = 300;
/** As many as a hunt looks at in one event (`valuesAt`). */
const mostValues = 1000;
/** Of fewer distinct values the texts are always kept, and of short ones. */
const fewTexts = 16;
const shortText = 20;

export class ColumnBuilder {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #lastPlace: number[] = [];
  readonly #places: number[] = [];
  readonly #values: number[] = [];
  readonly #unsure: number[] = [];
  #place = -1;
  #inPlace = 0;
  #length = 0;

  /** @param place not below that of the value before */
  add(place: number, text: string): void {
    if (place !== this.#place) [this.#place, this.#inPlace] = [place, 0];
    if (text.length > longestText || this.#inPlace >= mostValues || !text.isWellFormed()) {
      if (this.#unsure.at(-1) !== place) this.#unsure.push(place);
      return;
    }
    this.#inPlace += 1;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.length;
      this.#numbers.set(text, number);
      this.#texts.push(text);
      this.#length += text.length;
    } else if (this.#lastPlace[number] === place) return;
    this.#lastPlace[number] = place;
    this.#places.push(place);
    this.#values.push(number);
  }

  /** @param count events of the block. @param asText whatever they are: they are shown */
  build(count: number, asText: boolean): Column {
    const [texts, numbers] = [this.#texts, this.#values];
    const hashed =
      !asText &&
      texts.length > fewTexts &&
      texts.length > numbers.length / 2 &&
      this.#length > shortText * texts.length;
    const unsure = bitset(count);
    for (const place of this.#unsure) addBit(unsure, place);
    return {
      texts: hashed ? null : Texts.of(texts),
      places: Uint32Array.from(this.#places),
      values: Int32Array.from(hashed ? numbers.map((number) => fnv1a(texts[number] as string)) : numbers),
      unsure,
    };
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
