/**
 * Bytes one after the other, for formats that are unpacked here. An unpacker yields what it unpacked, in pieces of bounded
 * size that are the receiver's to keep, and reads no further than the end of what is packed: what follows is somebody's.
 */
import { type Bytes, Damaged } from '../bytes.ts';

/** Yields what was unpacked. Throws `Damaged` where it is broken or cut off, `TooMuch` at a bound. */
export type Unpacker = (stream: ByteStream) => Generator<Buffer, void>;

/** Yielded before each part that may hold nothing: a file of a million empty ones must come to its bound of time as well. */
export const nothingYet = Buffer.alloc(0);

/** What an unpacker gives away at once, at most. */
export const mostYielded = 1 << 20;

const ahead = 64 << 10;

export class ByteStream {
  readonly #source: Bytes;
  #held: Buffer = Buffer.alloc(0);
  #heldAt = 0;
  #next = 0;

  constructor(source: Bytes) {
    this.#source = source;
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#heldAt + this.#next;
  }

  get left(): number {
    return this.#source.size - this.at;
  }

  byte(): number {
    if (this.#next === this.#held.length) this.#hold(1);
    return this.#held[this.#next++] as number;
  }

  /** The next ones, without reading them; fewer at the end. */
  peek(length: number): Buffer {
    const there = Math.min(length, this.left);
    if (this.#next + there > this.#held.length) this.#hold(there);
    return this.#held.subarray(this.#next, this.#next + there);
  }

  /** Exactly `length` bytes, which are the caller's. */
  take(length: number): Buffer {
    const from = this.at;
    const taken = Buffer.from(this.#source.read(from, length));
    if (this.#next + length <= this.#held.length) this.#next += length;
    else {
      this.#heldAt = from + length;
      this.#held = Buffer.alloc(0);
      this.#next = 0;
    }
    return taken;
  }

  #hold(least: number): void {
    const from = this.at;
    if (least > this.left) throw new Damaged(from, 'It is packed, and cut off.');
    this.#held = Buffer.from(this.#source.read(from, Math.min(Math.max(ahead, least), this.left)));
    this.#heldAt = from;
    this.#next = 0;
  }
}
