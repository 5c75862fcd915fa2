/**
 * The distinct values of a column while it is made, as bytes: a table of numbers, and no string or object for any of them. What must
 * stay true: time for a value is bounded, also where somebody chose the values so that all of them fall into one place.
 */
import { fnv1aOf } from './hash.ts';
import { Texts } from './texts.ts';
import { WholeNumbers } from './whole-numbers.ts';

/** Places that are looked at for a value. In a table that is half empty at least, ordinary values are found after two or three. */
const mostLooks = 64;

export class DistinctValues {
  #bytes = new Uint8Array(256);
  readonly #ends = new WholeNumbers();
  readonly #hashes = new WholeNumbers();
  /** Number of a value and one; 0 where there is none. */
  #table = new Int32Array(32);
  /** Some value has no place any more; what comes now and is not found may be that one. */
  #crowded = false;

  get count(): number {
    return this.#ends.length;
  }

  /** Of all of them. */
  get byteLength(): number {
    return this.#start(this.count);
  }

  /** The number of a value, which it has from now on; undefined where it would take too long to find. */
  numberOf(bytes: Uint8Array, start: number, end: number): number | undefined {
    const hash = fnv1aOf(bytes, start, end);
    const mask = this.#table.length - 1;
    for (let look = 0; look < mostLooks; look += 1) {
      const place = (hash + look) & mask;
      const number = (this.#table[place] as number) - 1;
      if (number < 0) return this.#crowded ? undefined : this.#keep(bytes, start, end, hash, place);
      if (this.#hashes.at(number) === hash && this.is(number, bytes, start, end)) return number;
    }
    return undefined;
  }

  /** Whether the value of a number is this one. */
  is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#start(number);
    if (this.#ends.at(number) - from !== end - start) return false;
    const kept = this.#bytes;
    for (let at = start, of = from; at < end; at += 1, of += 1) if (kept[of] !== bytes[at]) return false;
    return true;
  }

  texts(): Texts {
    return Texts.of(Buffer.from(this.#bytes.slice(0, this.byteLength).buffer), this.#ends.taken());
  }

  #start(number: number): number {
    return number === 0 ? 0 : this.#ends.at(number - 1);
  }

  #keep(bytes: Uint8Array, start: number, end: number, hash: number, place: number): number {
    const number = this.count;
    const from = this.byteLength;
    const to = from + end - start;
    if (to > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, to));
      larger.set(this.#bytes.subarray(0, from));
      this.#bytes = larger;
    }
    for (let at = start, of = from; at < end; at += 1, of += 1) this.#bytes[of] = bytes[at] as number;
    this.#ends.push(to);
    this.#hashes.push(hash);
    this.#table[place] = number + 1;
    if (2 * this.count > this.#table.length) this.#spread();
    return number;
  }

  /** Into twice the room. */
  #spread(): void {
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let number = 0; number < this.count; number += 1) {
      let place = this.#hashes.at(number) & mask;
      for (let look = 1; table[place] !== 0 && look < mostLooks; look += 1) place = (place + 1) & mask;
      if (table[place] === 0) table[place] = number + 1;
      else this.#crowded = true;
    }
    this.#table = table;
  }
}
