/**
 * LZMA: the decoder that LZMA2, .lzma and ZIP's method 14 have in common.
 *
 * Source: Igor Pavlov's "LZMA specification" (2015, public domain), whose names are kept: a range coder over adaptive bits,
 * twelve states, four last distances. What must stay true: a distance never reaches before the first byte since the last reset,
 * a match never passes the length that was announced, and the memory grows with what was unpacked, up to the dictionary that the
 * header asks for and a bound.
 */
import { Damaged, TooMuch } from '../bytes.ts';
import { type ByteStream, mostYielded } from './stream.ts';

/** As much as `xz -9` uses, twice. Whoever asks for more wants our memory. */
const largestDictionary = 128 << 20;
const smallestDictionary = 4096;
const dictionaryAtFirst = 64 << 10;

const half = 1024;
// Where each table of adaptive bits begins in the one array that holds them.
const isMatch = 0;
const isRep = isMatch + (12 << 4);
const isRepG0 = isRep + 12;
const isRepG1 = isRepG0 + 12;
const isRepG2 = isRepG1 + 12;
const isRep0Long = isRepG2 + 12;
const posSlots = isRep0Long + (12 << 4);
const posSpecial = posSlots + (4 << 6);
const aligns = posSpecial + 128;
const matchLengths = aligns + 16;
const lengthTables = 2 + (16 << 3) * 2 + 256;
const repLengths = matchLengths + lengthTables;
const literals = repLengths + lengthTables;

export class Lzma {
  readonly #stream: ByteStream;
  readonly #mostHeld: number;
  #dictionary: Uint8Array;
  #bits = new Uint16Array(literals);
  #literalContext = 0;
  #literalPositions = 0;
  #positions = 0;
  // The range coder: range and code, as unsigned numbers.
  readonly #coder = new Uint32Array(2);
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  /** Bytes of a match that are still to be copied. */
  #matched = 0;
  /** Where the next byte goes, how many there are to look back at, and all since the reset. */
  #write = 0;
  #filled = 0;
  #total = 0;
  #marked = false;

  /** @throws TooMuch when the dictionary is larger than the bound */
  constructor(stream: ByteStream, dictionary: number) {
    if (dictionary > largestDictionary)
      throw new TooMuch(
        stream.at,
        `It is packed with a dictionary of ${dictionary} bytes, more than is used for it here.`,
      );
    this.#stream = stream;
    this.#mostHeld = Math.max(dictionary, smallestDictionary);
    this.#dictionary = new Uint8Array(Math.min(this.#mostHeld, dictionaryAtFirst));
  }

  /** lc, lp and pb in one byte; with them a new state. `atMost` is LZMA2's bound on lc + lp. */
  properties(byte: number, atMost = 12): void {
    const [lc, lp, pb] = [byte % 9, Math.trunc(byte / 9) % 5, Math.trunc(byte / 45)];
    if (pb > 4 || lc + lp > atMost) throw new Damaged(this.#stream.at, 'Its LZMA properties are none.');
    this.#literalContext = lc;
    this.#literalPositions = (1 << lp) - 1;
    this.#positions = (1 << pb) - 1;
    this.#bits = new Uint16Array(literals + (0x300 << (lc + lp)));
    this.resetState();
  }

  resetState(): void {
    this.#bits.fill(half);
    this.#state = 0;
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
  }

  resetDictionary(): void {
    this.#filled = 0;
    this.#total = 0;
  }

  /** The five bytes with which coded bits begin. */
  begin(): void {
    const start = this.#stream.take(5);
    if (start[0] !== 0) throw new Damaged(this.#stream.at, 'What is packed by LZMA does not begin as it must.');
    this.#coder[0] = 0xffff_ffff;
    this.#coder[1] = start.readUInt32BE(1);
  }

  /** Whether the coded bits came out even, as they do where they end. */
  get isAtEnd(): boolean {
    return this.#coder[1] === 0 && this.#matched === 0;
  }

  /** Unpacks `length` bytes, or fewer when `mayMark` and the end is marked. */
  *unpack(length: number, mayMark: boolean): Generator<Buffer, void> {
    for (let left = length; left > 0 && !this.#marked; ) {
      const room = Math.min(left, mostYielded, this.#dictionary.length - this.#write);
      const from = this.#write;
      const made = this.#decode(room);
      left -= made;
      yield this.#written(from, made);
    }
    if (this.#marked && !mayMark) throw new Damaged(this.#stream.at, 'It is packed, and ends before its length.');
    if (this.#matched > 0) throw new Damaged(this.#stream.at, 'A repetition in it is longer than what is packed.');
  }

  /** Reads the mark of the end, which may follow what had a length. */
  expectMark(): void {
    if (this.#decode(1) > 0) throw new Damaged(this.#stream.at, 'It is packed, and longer than it says.');
  }

  /** Bytes that LZMA2 left as they were. */
  *copy(length: number): Generator<Buffer, void> {
    for (let left = length; left > 0; ) {
      const room = Math.min(left, mostYielded, this.#dictionary.length - this.#write);
      const from = this.#write;
      this.#dictionary.set(this.#stream.take(room), from);
      this.#advance(room);
      left -= room;
      yield this.#written(from, room);
    }
  }

  #written(from: number, length: number): Buffer {
    const written = Buffer.from(this.#dictionary.subarray(from, from + length));
    if (this.#write === this.#dictionary.length) this.#growOrWrap();
    return written;
  }

  #growOrWrap(): void {
    if (this.#write === this.#mostHeld) {
      this.#write = 0;
      return;
    }
    const larger = new Uint8Array(Math.min(this.#mostHeld, 4 * this.#write));
    larger.set(this.#dictionary);
    this.#dictionary = larger;
  }

  #advance(length: number): void {
    this.#write += length;
    this.#total += length;
    this.#filled = Math.min(this.#dictionary.length, this.#filled + length);
  }

  /** Up to `room` bytes, fewer only at the mark. `room` ends with the dictionary at the latest. */
  #decode(room: number): number {
    const dictionary = this.#dictionary;
    let made = 0;
    while (made < room) {
      if (this.#matched > 0) {
        const length = Math.min(this.#matched, room - made);
        this.#repeat(length);
        this.#matched -= length;
        made += length;
        continue;
      }
      const position = this.#total & this.#positions;
      const state = this.#state;
      if (this.#bit(isMatch + (state << 4) + position) === 0) {
        dictionary[this.#write] = this.#literal();
        this.#advance(1);
        made += 1;
        this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      if (this.#bit(isRep + state) === 0) {
        this.#rep3 = this.#rep2;
        this.#rep2 = this.#rep1;
        this.#rep1 = this.#rep0;
        const length = this.#length(matchLengths, position);
        this.#state = state < 7 ? 7 : 10;
        this.#rep0 = this.#distance(length);
        if (this.#rep0 === 0xffff_ffff) {
          this.#marked = true;
          return made;
        }
        this.#matched = length + 2;
      } else if (this.#isOneByte(state, position)) {
        this.#state = state < 7 ? 9 : 11;
        this.#matched = 1;
      } else {
        this.#matched = this.#length(repLengths, position) + 2;
        this.#state = state < 7 ? 8 : 11;
      }
      if (this.#rep0 >= this.#filled)
        throw new Damaged(this.#stream.at, 'It is packed, and repeats what stands before its beginning.');
    }
    return made;
  }

  /** One of the four last distances becomes the first; whether it is about a single byte. */
  #isOneByte(state: number, position: number): boolean {
    if (this.#bit(isRepG0 + state) === 0) return this.#bit(isRep0Long + (state << 4) + position) === 0;
    let distance = this.#rep1;
    if (this.#bit(isRepG1 + state) === 1) {
      distance = this.#rep2;
      if (this.#bit(isRepG2 + state) === 1) {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
    return false;
  }

  #repeat(length: number): void {
    const dictionary = this.#dictionary;
    let to = this.#write;
    let from = to - this.#rep0 - 1;
    if (from < 0) from += dictionary.length;
    for (let left = length; left > 0; left -= 1) {
      dictionary[to++] = dictionary[from++] as number;
      if (from === dictionary.length) from = 0;
    }
    this.#advance(length);
  }

  #literal(): number {
    const write = this.#write === 0 ? this.#dictionary.length : this.#write;
    const before = this.#filled === 0 ? 0 : (this.#dictionary[write - 1] as number);
    const context =
      ((this.#total & this.#literalPositions) << this.#literalContext) + (before >> (8 - this.#literalContext));
    const table = literals + 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let at = this.#write - this.#rep0 - 1;
      if (at < 0) at += this.#dictionary.length;
      let matched = this.#dictionary[at] as number;
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(table + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(table + symbol);
    return symbol & 0xff;
  }

  #length(table: number, position: number): number {
    if (this.#bit(table) === 0) return this.#tree(table + 2 + (position << 3), 3);
    if (this.#bit(table + 1) === 0) return 8 + this.#tree(table + 2 + (16 << 3) + (position << 3), 3);
    return 16 + this.#tree(table + 2 + (16 << 3) * 2, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(posSlots + (Math.min(length, 3) << 6), 6);
    if (slot < 4) return slot;
    const direct = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << direct) >>> 0;
    if (slot < 14) return base + this.#reverseTree(posSpecial + base - slot, direct);
    return (base + this.#evenBits(direct - 4) * 16 + this.#reverseTree(aligns, 4)) >>> 0;
  }

  #tree(table: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i += 1) symbol = (symbol << 1) | this.#bit(table + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(table: number, bits: number): number {
    let node = 1;
    let symbol = 0;
    for (let i = 0; i < bits; i += 1) {
      const bit = this.#bit(table + node);
      node = (node << 1) | bit;
      symbol |= bit << i;
    }
    return symbol;
  }

  #bit(at: number): 0 | 1 {
    const coder = this.#coder;
    const chance = this.#bits[at] as number;
    const range = coder[0] as number;
    const code = coder[1] as number;
    const bound = (range >>> 11) * chance;
    let bit: 0 | 1;
    if (code < bound) {
      coder[0] = bound;
      this.#bits[at] = chance + ((2048 - chance) >> 5);
      bit = 0;
    } else {
      coder[0] = range - bound;
      coder[1] = code - bound;
      this.#bits[at] = chance - (chance >> 5);
      bit = 1;
    }
    if ((coder[0] as number) < 0x100_0000) this.#normalize();
    return bit;
  }

  /** Bits that are as often one as zero. */
  #evenBits(count: number): number {
    const coder = this.#coder;
    let result = 0;
    for (let i = 0; i < count; i += 1) {
      const range = (coder[0] as number) >>> 1;
      const code = coder[1] as number;
      const bit = code >= range ? 1 : 0;
      coder[0] = range;
      if (bit === 1) coder[1] = code - range;
      if (range < 0x100_0000) this.#normalize();
      result = result * 2 + bit;
    }
    return result;
  }

  #normalize(): void {
    const coder = this.#coder;
    coder[0] = (coder[0] as number) << 8;
    coder[1] = ((coder[1] as number) << 8) | this.#stream.byte();
  }
}
