/** Distinct texts as bytes: of most of them a hunt never makes a string. */
import { decodeNumbers, encodeNumbers, sumsOf } from './numbers.ts';

export class Texts {
  readonly #bytes: Buffer;
  /** Where each ends. */
  readonly #ends: Int32Array;

  private constructor(bytes: Buffer, ends: Int32Array) {
    this.#bytes = bytes;
    this.#ends = ends;
  }

  /** @param bytes all of them, in UTF-8. @param ends where each ends */
  static of(bytes: Buffer, ends: Int32Array): Texts {
    return new Texts(bytes, ends);
  }

  static decode(bytes: Buffer, from: number): { readonly texts: Texts; readonly next: number } {
    const { numbers, next } = decodeNumbers(bytes, from);
    const ends = sumsOf(numbers, new Int32Array(numbers.length));
    const end = next + (ends.at(-1) ?? 0);
    if (end > bytes.length) throw new RangeError('The column is cut off.');
    return { texts: new Texts(bytes.subarray(next, end), ends), next: end };
  }

  encode(): Buffer {
    const lengths = this.#ends.map((end, at) => end - (this.#ends[at - 1] ?? 0));
    return Buffer.concat([encodeNumbers(lengths), this.#bytes]);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** Calls for each with where it lies. */
  each(call: (bytes: Buffer, start: number, end: number, number: number) => void): void {
    let start = 0;
    for (let number = 0; number < this.#ends.length; number += 1) {
      const end = this.#ends[number] as number;
      call(this.#bytes, start, end, number);
      start = end;
    }
  }

  at(number: number): string {
    return this.#bytes.toString('utf8', this.#ends[number - 1] ?? 0, this.#ends[number]);
  }

  /** The number of a text; undefined where it is none of them. */
  numberOf(text: string): number | undefined {
    const wanted = Buffer.from(text);
    if (wanted.length === 0) {
      const empty = this.#ends.findIndex((end, at) => end === (this.#ends[at - 1] ?? 0));
      return empty < 0 ? undefined : empty;
    }
    for (let from = this.#bytes.indexOf(wanted); from >= 0; from = this.#bytes.indexOf(wanted, from + 1)) {
      const number = this.#endingAfter(from);
      if ((this.#ends[number - 1] ?? 0) === from && this.#ends[number] === from + wanted.length) return number;
    }
    return undefined;
  }

  /** The first that ends after a place. */
  #endingAfter(place: number): number {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
