/**
 * The few bytes of POSIX ustar that an evidence file needs. Own code instead of a library because of what reading must
 * guarantee: a header is accepted only when it is, byte for byte, the one that we would write for that path and size. That
 * leaves no room for links, long-name or pax tricks, second meanings of a header in other readers, or hidden bytes.
 *
 * GNU tar and every other tar reads the files.
 */
import { sameBytes } from '../kernel/bytes.ts';

const blockBytes = 512;

/** 2000-01-01, for every member: an export holds no time but the signed ones. */
const modified = 946_684_800;

/** Largest size of a member: eleven octal digits. */
const maximumMemberBytes = 8 ** 11 - 1;

/** What ends an archive: two empty blocks. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockBytes);

/** The 512 bytes before a plain file. Throws a RangeError for a path that does not fit (1 to 100 bytes of ASCII). */
export function tarHeader(path: string, size: number): Uint8Array<ArrayBuffer> {
  if (!/^[\x21-\x7e]{1,100}$/.test(path) || size > maximumMemberBytes) {
    throw new RangeError(`no plain tar member: ${size} bytes, path of ${path.length}`);
  }
  const header = new Uint8Array(blockBytes);
  const field = (offset: number, text: string) => {
    for (let at = 0; at < text.length; at += 1) header[offset + at] = text.charCodeAt(at);
  };
  field(0, path);
  field(100, '0000644\0');
  field(108, '0000000\0'); // user
  field(116, '0000000\0'); // group
  field(124, `${octal(size, 11)}\0`);
  field(136, `${octal(modified, 11)}\0`);
  field(148, '        '); // the checksum counts as spaces in its own sum
  field(156, '0'); // a plain file
  field(257, 'ustar\x0000');
  field(329, '0000000\0'); // device numbers
  field(337, '0000000\0');
  let sum = 0;
  for (const byte of header) sum += byte;
  field(148, `${octal(sum, 6)}\0 `);
  return header;
}

/** Zero bytes between the end of a member's content and the next header. */
export function tarPadding(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

export interface TarMember {
  readonly path: string;
  readonly size: number;
}

/** What was found instead of a member that we would have written, in words. */
export class TarProblem extends Error {}

/**
 * Reads an archive member by member from a stream, holding no more than one piece of it. After `next`, the content must be
 * taken with `content` or `pieces` before the following `next`. All methods throw `TarProblem`.
 */
export class TarReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #member: TarMember | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next member; `undefined` after the last, when nothing follows the end either. */
  async next(): Promise<TarMember | undefined> {
    if (this.#member !== undefined) throw new Error('the content of the member was not taken');
    const header = await this.#take(blockBytes);
    if (header.every((byte) => byte === 0)) {
      const second = await this.#take(blockBytes);
      if (!second.every((byte) => byte === 0))
        throw new TarProblem('something stands between the two blocks of the end');
      if (await this.#more()) throw new TarProblem('something follows the end of the archive');
      return undefined;
    }
    this.#member = memberOf(header);
    return this.#member;
  }

  /** The whole content of the member; a longer one than `limit` is a problem. */
  async content(limit: number): Promise<Uint8Array> {
    const { path, size } = this.#claim();
    if (size > limit) throw new TarProblem(`${path} has ${size} bytes, more than the ${limit} that it may have`);
    const bytes = await this.#take(size);
    await this.#padding(size);
    return bytes;
  }

  /** The content piece by piece. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const { size } = this.#claim();
    for (let left = size; left > 0; ) {
      if (!(await this.#more())) throw new TarProblem('the file ends in the middle');
      const piece = this.#piece.subarray(0, left);
      this.#piece = this.#piece.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
    await this.#padding(size);
  }

  #claim(): TarMember {
    const member = this.#member;
    if (member === undefined) throw new Error('there is no member, or its content was taken');
    this.#member = undefined;
    return member;
  }

  async #padding(size: number): Promise<void> {
    const bytes = await this.#take(tarPadding(size));
    if (!bytes.every((byte) => byte === 0)) throw new TarProblem('something is hidden behind the end of a member');
  }

  /** Makes sure that `#piece` holds something; false at the end of the stream. */
  async #more(): Promise<boolean> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return false;
      this.#piece = value;
    }
    return true;
  }

  async #take(count: number): Promise<Uint8Array> {
    if (this.#piece.length >= count) {
      const bytes = this.#piece.subarray(0, count);
      this.#piece = this.#piece.subarray(count);
      return bytes;
    }
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (!(await this.#more())) throw new TarProblem('the file ends in the middle');
      const piece = this.#piece.subarray(0, count - filled);
      bytes.set(piece, filled);
      filled += piece.length;
      this.#piece = this.#piece.subarray(piece.length);
    }
    return bytes;
  }
}

function memberOf(header: Uint8Array): TarMember {
  const field = (from: number, to: number) => String.fromCharCode(...header.subarray(from, to));
  const path = field(0, 100).replace(/\0.*$/s, '');
  const octals = field(124, 136);
  const size = /^[0-7]{11}\0$/.test(octals) ? Number.parseInt(octals, 8) : undefined;
  if (!/^[\x21-\x7e]+$/.test(path) || size === undefined) throw new TarProblem('a block is not the header of a member');
  const flag = field(156, 157);
  if (flag !== '0') throw new TarProblem(`${path} is ${kindOf(flag)}, not a plain file`);
  if (!sameBytes(tarHeader(path, size), header)) {
    throw new TarProblem(`the header of ${path} is not the one that an export writes (was the file packed again?)`);
  }
  return { path, size };
}

function kindOf(flag: string): string {
  switch (flag) {
    case '1':
      return 'a hard link';
    case '2':
      return 'a symbolic link';
    case '5':
      return 'a folder';
    default:
      return 'something special';
  }
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
