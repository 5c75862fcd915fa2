/** Bytes that are read by ranges, so that a file of any size costs the same memory. Reading outside throws `Damaged`. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface Bytes {
  readonly size: number;
  /** Exactly `length` bytes; they are only good until the next call. */
  read(offset: number, length: number): Buffer;
}

/** Something does not parse: whoever catches it calls the part unsafe, never clean. */
export class Damaged extends Error {
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = Math.max(0, offset);
  }
}

/** More than is looked at: the answer is "cannot tell". */
export class TooMuch extends Damaged {}

/** Headers and texts; anything longer is stepped over. */
const mostAtOnce = 128 << 20;

function within(offset: number, length: number, size: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0)
    throw new Damaged(0, 'A length or an offset is beyond what any file has.');
  if (offset + length > size)
    throw new Damaged(
      Math.min(offset, size),
      `It ends at byte ${size}, where ${offset + length - size} bytes more should be.`,
    );
  if (length > mostAtOnce) throw new TooMuch(offset, `A part of ${length} bytes is longer than is read in one piece.`);
}

export function bytesOf(buffer: Uint8Array): Bytes {
  const all = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return {
    size: all.length,
    read(offset, length) {
      within(offset, length, all.length);
      return all.subarray(offset, offset + length);
    },
  };
}

export function partOf(bytes: Bytes, from: number, size: number): Bytes {
  if (from < 0 || size < 0 || from + size > bytes.size)
    throw new Damaged(Math.max(0, Math.min(from, bytes.size)), `A part of ${size} bytes does not lie in the file.`);
  return {
    size,
    read(offset, length) {
      within(offset, length, size);
      return bytes.read(from + offset, length);
    },
  };
}

const page = 64 << 10;

/** A file, read through one page of 64 KiB. */
export class FileBytes implements Bytes {
  readonly size: number;
  readonly #file: number;
  readonly #page = Buffer.alloc(page);
  #pageAt = -1;
  #pageLength = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
  }

  read(offset: number, length: number): Buffer {
    within(offset, length, this.size);
    if (length > page) return this.#fill(Buffer.alloc(length), offset);
    if (this.#pageAt < 0 || offset < this.#pageAt || offset + length > this.#pageAt + this.#pageLength) {
      this.#pageLength = Math.min(page, this.size - offset);
      this.#fill(this.#page.subarray(0, this.#pageLength), offset);
      this.#pageAt = offset;
    }
    return this.#page.subarray(offset - this.#pageAt, offset - this.#pageAt + length);
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(into: Buffer, offset: number): Buffer {
    for (let done = 0; done < into.length; ) {
      const got = readSync(this.#file, into, done, into.length - done, offset + done);
      if (got === 0) throw new Damaged(offset + done, 'The file became shorter while it was read.');
      done += got;
    }
    return into;
  }
}

/** A 64-bit length or offset, as a number: what a file cannot have is damage. */
export function sizeAt(bytes: Buffer, at: number, where: number, bigEndian = false): number {
  const value = bigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Damaged(where, `A length of ${value} is no length of a file.`);
  return Number(value);
}
