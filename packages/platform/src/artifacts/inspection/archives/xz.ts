/**
 * xz: blocks of LZMA2, a check after each, an index of all, and further streams behind.
 *
 * Source: "The .xz File Format" 1.2.1 (2024). Every number that stands twice is compared, as liblzma does, so that what is
 * inspected is what a loader gets. Filters other than LZMA2 (branches of machine code, delta) belong to programs and pictures.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Damaged, TooMuch } from '../bytes.ts';
import { Crc64 } from './crc64.ts';
import { Lzma } from './lzma.ts';
import { type ByteStream, nothingYet } from './stream.ts';

const magic = Buffer.from('fd377a585a00', 'hex');
/** Each costs memory until the index was read. */
const mostBlocks = 1_000_000;

interface Block {
  readonly unpadded: number;
  readonly length: number;
}

export function* unpackXz(stream: ByteStream): Generator<Buffer, void> {
  do {
    yield* oneStream(stream);
    // Between streams there may be zeros, four at a time.
    for (let zeros = 1; stream.left >= 4 && stream.peek(4).readUInt32LE() === 0; zeros += 1) {
      stream.take(4);
      if (zeros % 10_000 === 0) yield nothingYet;
    }
  } while (stream.left >= magic.length && stream.peek(magic.length).equals(magic));
}

function* oneStream(stream: ByteStream): Generator<Buffer, void> {
  yield nothingYet;
  const head = stream.take(12);
  const flags = head.subarray(6, 8);
  if (!head.subarray(0, 6).equals(magic) || head.readUInt32LE(8) !== crc32(flags)) broken(stream, 'its header');
  const kind = flags[1] as number;
  if (flags[0] !== 0 || kind > 15) broken(stream, 'its header');
  const blocks: Block[] = [];
  const indexAt = yield* allBlocks(stream, kind, blocks);
  readIndex(stream, indexAt, blocks);
  const length = stream.at - indexAt;
  const foot = stream.take(12);
  if (
    foot.toString('latin1', 10) !== 'YZ' ||
    foot.readUInt32LE(0) !== crc32(foot.subarray(4, 10)) ||
    (foot.readUInt32LE(4) + 1) * 4 !== length ||
    !foot.subarray(8, 10).equals(flags)
  )
    broken(stream, 'its end');
}

/** @returns where the index begins, whose first byte says that no block follows */
function* allBlocks(stream: ByteStream, kind: number, blocks: Block[]): Generator<Buffer, number> {
  for (;;) {
    const at = stream.at;
    if (stream.peek(1)[0] === 0) return at;
    if (blocks.length === mostBlocks) throw new TooMuch(at, `It is packed in more than ${mostBlocks} blocks.`);
    yield nothingYet;
    blocks.push(yield* oneBlock(stream, at, kind));
  }
}

function* oneBlock(stream: ByteStream, at: number, kind: number): Generator<Buffer, Block> {
  const { dictionary, packed, unpacked } = blockHeader(stream);
  const dataAt = stream.at;
  const check = checkOf(kind);
  let length = 0;
  for (const piece of lzma2(stream, dictionary)) {
    length += piece.length;
    check.update(piece);
    yield piece;
  }
  const size = stream.at - dataAt;
  if ((packed !== undefined && packed !== size) || (unpacked !== undefined && unpacked !== length))
    broken(stream, 'the length of a block');
  padding(stream, size);
  if (!check.digest().equals(stream.take(check.size))) broken(stream, 'the checksum of a block');
  return { unpadded: dataAt - at + size + check.size, length };
}

interface BlockHeader {
  readonly dictionary: number;
  readonly packed: number | undefined;
  readonly unpacked: number | undefined;
}

function blockHeader(stream: ByteStream): BlockHeader {
  const size = ((stream.peek(1)[0] as number) + 1) * 4;
  const header = stream.take(size);
  if (header.readUInt32LE(size - 4) !== crc32(header.subarray(0, size - 4))) broken(stream, 'the header of a block');
  const flags = header[1] as number;
  if ((flags & 0x3c) !== 0) broken(stream, 'the header of a block');
  const fields = header.subarray(2, size - 4);
  let next = 0;
  const number = () => {
    const [value, length] = integer(fields.subarray(next), stream);
    next += length;
    return value;
  };
  const packed = (flags & 0x40) === 0 ? undefined : number();
  const unpacked = (flags & 0x80) === 0 ? undefined : number();
  if ((flags & 3) !== 0 || number() !== 0x21)
    throw new TooMuch(
      stream.at,
      'It is packed by xz with a filter for machine code or pictures, which is not undone here.',
    );
  if (number() !== 1) broken(stream, 'the header of a block');
  const bits = fields[next++] ?? 0xff;
  if (bits > 40 || fields.subarray(next).some((byte) => byte !== 0)) broken(stream, 'the header of a block');
  const dictionary = bits === 40 ? 0xffff_ffff : (2 | (bits & 1)) * 2 ** (Math.trunc(bits / 2) + 11);
  return { dictionary, packed, unpacked };
}

function* lzma2(stream: ByteStream, dictionary: number): Generator<Buffer, void> {
  const lzma = new Lzma(stream, dictionary);
  let wantsDictionary = true;
  let wantsProperties = true;
  for (;;) {
    const control = stream.byte();
    if (control === 0) return;
    if (control === 1 || control >= 0xe0) {
      lzma.resetDictionary();
      wantsDictionary = false;
      wantsProperties = true;
    }
    if (wantsDictionary || (control > 2 && control < 0x80)) broken(stream, 'a piece of LZMA2');
    if (control < 0x80) {
      yield* lzma.copy(stream.take(2).readUInt16BE() + 1);
      continue;
    }
    const sizes = stream.take(4);
    const length = ((control & 0x1f) << 16) + sizes.readUInt16BE(0) + 1;
    const packed = sizes.readUInt16BE(2) + 1;
    if (control >= 0xc0) {
      lzma.properties(stream.byte(), 4);
      wantsProperties = false;
    } else if (wantsProperties) broken(stream, 'a piece of LZMA2');
    else if (control >= 0xa0) lzma.resetState();
    const end = stream.at + packed;
    lzma.begin();
    yield* lzma.unpack(length, false);
    if (stream.at !== end || !lzma.isAtEnd) broken(stream, 'a piece of LZMA2');
  }
}

/** The index says again how long each block is. */
function readIndex(stream: ByteStream, at: number, blocks: readonly Block[]): void {
  // Long enough for ten bytes a number; what is more than that is no index of these blocks.
  const raw = stream.peek(1 + 9 + blocks.length * 18 + 3 + 4);
  let next = 1;
  const number = () => {
    const [value, length] = integer(raw.subarray(next), stream);
    next += length;
    return value;
  };
  if (number() !== blocks.length) broken(stream, 'its index');
  for (const { unpadded, length } of blocks)
    if (number() !== unpadded || number() !== length) broken(stream, 'its index');
  const read = stream.take(next);
  const zeros = padding(stream, next);
  if (stream.take(4).readUInt32LE() !== crc32(zeros, crc32(read))) broken(stream, 'its index');
  if ((stream.at - at) % 4 !== 0) broken(stream, 'its index');
}

/** Zeros up to a length that four divides. */
function padding(stream: ByteStream, length: number): Buffer {
  const zeros = stream.take((4 - (length % 4)) % 4);
  if (zeros.some((byte) => byte !== 0)) broken(stream, 'what fills it up');
  return zeros;
}

/** Seven bits a byte, the lowest first, at most nine bytes. */
function integer(bytes: Buffer, stream: ByteStream): readonly [value: number, length: number] {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[i];
    if (byte === undefined || (byte === 0 && i > 0)) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (!Number.isSafeInteger(value)) break;
      return [value, i + 1];
    }
  }
  return broken(stream, 'a number');
}

interface Check {
  readonly size: number;
  update(piece: Buffer): void;
  digest(): Buffer;
}

function checkOf(kind: number): Check {
  if (kind === 1) {
    let sum = 0;
    const update = (piece: Buffer) => {
      sum = crc32(piece, sum);
    };
    return { size: 4, update, digest: () => littleEndian(sum) };
  }
  if (kind === 4) {
    const crc = new Crc64();
    return { size: 8, update: (piece) => crc.update(piece), digest: () => crc.digest() };
  }
  if (kind === 10) {
    const hash = createHash('sha256');
    return { size: 32, update: (piece) => void hash.update(piece), digest: () => hash.digest() };
  }
  if (kind === 0) return { size: 0, update: () => undefined, digest: () => Buffer.alloc(0) };
  throw new TooMuch(0, `It is packed by xz with a checksum of kind ${kind}, which nobody writes.`);
}

function littleEndian(sum: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(sum);
  return bytes;
}

function broken(stream: ByteStream, what: string): never {
  throw new Damaged(stream.at, `It is packed by xz, and ${what} is not as it must be.`);
}
