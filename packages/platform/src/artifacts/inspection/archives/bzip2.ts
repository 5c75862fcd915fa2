/**
 * bzip2: Huffman codes, move-to-front, the Burrows-Wheeler transform and runs, in blocks of at most 900 kB.
 *
 * There is no specification by its author; source: Joe Tsai's "bzip2: Format Specification" (2016). What must stay true: a
 * block takes no more memory than its level says, no table is read outside, and both checksums are right at the end.
 */
import { Damaged, TooMuch } from '../bytes.ts';
import { type ByteStream, mostYielded, nothingYet } from './stream.ts';

const blockMark = 0x3141_5926_5359;
const endMark = 0x1772_4538_5090;
const symbolsPerGroup = 50;
const longestCode = 20;

export function* unpackBzip2(stream: ByteStream): Generator<Buffer, void> {
  do yield* oneStream(stream);
  while (/^BZh[1-9]$/.test(stream.peek(4).toString('latin1')));
}

function* oneStream(stream: ByteStream): Generator<Buffer, void> {
  yield nothingYet;
  const head = stream.take(4).toString('latin1');
  if (!/^BZh[1-9]$/.test(head)) broken(stream, 'its header');
  const bits = new Bits(stream);
  let order: Uint32Array | undefined;
  let all = 0;
  for (;;) {
    const mark = bits.read(24) * 0x100_0000 + bits.read(24);
    const expected = bits.read(16) * 0x1_0000 + bits.read(16);
    if (mark === endMark) {
      if (expected !== all) broken(stream, 'its checksum');
      return;
    }
    if (mark !== blockMark) broken(stream, 'the mark of a block');
    order ??= new Uint32Array(Number(head[3]) * 100_000);
    const crc = new Crc();
    for (const piece of withoutRuns(transformed(bits, order))) {
      crc.update(piece);
      yield piece;
    }
    if (crc.value !== expected) broken(stream, 'the checksum of a block');
    all = (((all << 1) | (all >>> 31)) ^ expected) >>> 0;
  }
}

interface Transformed {
  /** In the lowest eight bits the byte, above them where the next one is. */
  readonly order: Uint32Array;
  readonly length: number;
  readonly first: number;
}

/** Reads a block and turns the Burrows-Wheeler transform around. */
function transformed(bits: Bits, order: Uint32Array): Transformed {
  if (bits.read(1) === 1)
    throw new TooMuch(bits.stream.at, 'It is packed by a bzip2 from before 1997, which is not undone.');
  const first = bits.read(24);
  const length = readBlock(bits, order);
  if (first >= length) broken(bits.stream, 'a block');
  const next = new Uint32Array(257);
  for (let i = 0; i < length; i += 1) next[(order[i] as number) + 1] = (next[(order[i] as number) + 1] as number) + 1;
  for (let byte = 0; byte < 256; byte += 1) next[byte + 1] = (next[byte + 1] as number) + (next[byte] as number);
  for (let i = 0; i < length; i += 1) {
    const byte = (order[i] as number) & 0xff;
    const at = next[byte] as number;
    next[byte] = at + 1;
    order[at] = (order[at] as number) | (i << 8);
  }
  return { order, length, first };
}

/** The last column of the transform, a byte in each element. */
function readBlock(bits: Bits, order: Uint32Array): number {
  const used = usedBytes(bits);
  const symbols = used.length + 2;
  const groups = bits.read(3);
  const selectors = bits.read(15);
  if (groups < 2 || groups > 6 || selectors < 1) broken(bits.stream, 'its tables');
  const chosen = readSelectors(bits, groups, selectors);
  const codes = Array.from({ length: groups }, () => readCode(bits, symbols));
  const end = symbols - 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  const front = Uint8Array.from(used);
  for (let i = 0; ; i += 1) {
    const code = codes[chosen[Math.trunc(i / symbolsPerGroup)] ?? -1];
    if (code === undefined) broken(bits.stream, 'the length of a block');
    const symbol = nextSymbol(bits, code);
    if (symbol < 2) {
      // A run's length is written in digits of one and two.
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > order.length) broken(bits.stream, 'the length of a block');
      continue;
    }
    if (run > 0) {
      if (length + run > order.length) broken(bits.stream, 'the length of a block');
      order.fill(front[0] as number, length, length + run);
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return length;
    if (length >= order.length) broken(bits.stream, 'the length of a block');
    const byte = front[symbol - 1] as number;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = byte;
    order[length++] = byte;
  }
}

function usedBytes(bits: Bits): readonly number[] {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range += 1) {
    if (((ranges >> (15 - range)) & 1) === 0) continue;
    const inRange = bits.read(16);
    for (let i = 0; i < 16; i += 1) if (((inRange >> (15 - i)) & 1) === 1) used.push(range * 16 + i);
  }
  if (used.length === 0) broken(bits.stream, 'its tables');
  return used;
}

function readSelectors(bits: Bits, groups: number, count: number): Uint8Array {
  const front = Array.from({ length: groups }, (_, i) => i);
  const chosen = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    let at = 0;
    while (bits.read(1) === 1) if (++at >= groups) broken(bits.stream, 'its tables');
    const [group = 0] = front.splice(at, 1);
    front.unshift(group);
    chosen[i] = group;
  }
  return chosen;
}

/** A canonical Huffman code: of each length its last code, and where its symbols begin. */
interface Code {
  readonly last: Int32Array;
  readonly base: Int32Array;
  readonly sorted: Uint16Array;
  readonly shortest: number;
}

function readCode(bits: Bits, symbols: number): Code {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i += 1) {
    for (let steps = 0; ; steps += 1) {
      // Whoever goes up and down without end wants our time.
      if (length < 1 || length > longestCode || steps > 2 * longestCode) broken(bits.stream, 'its tables');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  const sorted = new Uint16Array(symbols);
  const last = new Int32Array(longestCode + 1).fill(-1);
  const base = new Int32Array(longestCode + 1);
  let code = 0;
  let count = 0;
  let shortest = longestCode;
  for (let size = 1; size <= longestCode; size += 1) {
    base[size] = count - code;
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      if (lengths[symbol] !== size) continue;
      sorted[count++] = symbol;
      last[size] = code++;
      shortest = Math.min(shortest, size);
    }
    code <<= 1;
  }
  return { last, base, sorted, shortest };
}

function nextSymbol(bits: Bits, { last, base, sorted, shortest }: Code): number {
  let code = bits.read(shortest);
  for (let size = shortest; size <= longestCode; size += 1) {
    if (code <= (last[size] as number)) {
      const symbol = sorted[(base[size] as number) + code];
      if (symbol === undefined) break;
      return symbol;
    }
    code = (code << 1) | bits.read(1);
  }
  return broken(bits.stream, 'a code');
}

/** Four equal bytes are followed by how many more of them there are. */
function* withoutRuns({ order, length, first }: Transformed): Generator<Buffer, void> {
  let piece = Buffer.allocUnsafe(Math.min(mostYielded, length * 2 + 255));
  let made = 0;
  let same = 0;
  let before = -1;
  let at = (order[first] as number) >>> 8;
  for (let i = 0; i < length; i += 1) {
    const entry = order[at] as number;
    const byte = entry & 0xff;
    at = entry >>> 8;
    if (made + 255 > piece.length) {
      yield piece.subarray(0, made);
      piece = Buffer.allocUnsafe(Math.min(mostYielded, (length - i) * 2 + 510));
      made = 0;
    }
    if (same === 4) {
      piece.fill(before, made, made + byte);
      made += byte;
      same = 0;
      before = -1;
      continue;
    }
    same = byte === before ? same + 1 : 1;
    before = byte;
    piece[made++] = byte;
  }
  yield piece.subarray(0, made);
}

/** Bits, the highest of each byte first. */
class Bits {
  readonly stream: ByteStream;
  #held = 0;
  #count = 0;

  constructor(stream: ByteStream) {
    this.stream = stream;
  }

  /** At most 24 at once. */
  read(count: number): number {
    while (this.#count < count) {
      this.#held = ((this.#held << 8) | this.stream.byte()) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = this.#held >>> this.#count;
    this.#held &= (1 << this.#count) - 1;
    return value;
  }
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let i = 0; i < 8; i += 1) sum = sum < 0 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1;
  return sum;
});

/** CRC-32 whose bits go the other way round than those of zlib. */
class Crc {
  #sum = 0xffff_ffff | 0;

  get value(): number {
    return ~this.#sum >>> 0;
  }

  update(bytes: Uint8Array): void {
    let sum = this.#sum;
    for (const byte of bytes) sum = (sum << 8) ^ (table[((sum >>> 24) ^ byte) & 0xff] as number);
    this.#sum = sum;
  }
}

function broken(stream: ByteStream, what: string): never {
  throw new Damaged(stream.at, `It is packed by bzip2, and ${what} is not as it must be.`);
}
