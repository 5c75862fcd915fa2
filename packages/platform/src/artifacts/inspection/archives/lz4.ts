/**
 * LZ4 frames. One that readers skip ends what is unpacked: nobody looks into it, and something may be in it.
 *
 * Source: "LZ4 Frame Format Description" 1.6.4 and "LZ4 Block Format Description". What must stay true: a block unpacks to no
 * more than the frame's header allows, and a repetition reaches back 64 KiB at most and never before the beginning.
 */
import { Damaged, TooMuch } from '../bytes.ts';
import { type ByteStream, nothingYet } from './stream.ts';
import { Xxh32 } from './xxh32.ts';

const frameMark = 0x184d_2204;
const skippable = 0x184d_2a50;
const window = 64 << 10;

export function* unpackLz4(stream: ByteStream): Generator<Buffer, void> {
  if (isSkipped(stream))
    throw new TooMuch(stream.at, 'It begins with a part that readers of LZ4 skip, which is not looked into.');
  while (stream.left >= 4 && stream.peek(4).readUInt32LE() === frameMark) {
    yield nothingYet;
    stream.take(4);
    yield* oneFrame(stream);
  }
}

const isSkipped = (stream: ByteStream) => stream.left >= 4 && isSkippable(stream.peek(4));

/** Whether these are the first bytes of a frame that readers skip. */
export function isSkippable(head: Buffer): boolean {
  return head.length >= 4 && (head.readUInt32LE() & 0xffff_fff0) >>> 0 === skippable;
}

function* oneFrame(stream: ByteStream): Generator<Buffer, void> {
  const header = readHeader(stream);
  const content = new Xxh32();
  // What blocks may look back at, and room for one more block.
  const memory = Buffer.alloc(window + header.mostInBlock);
  let start = 0;
  let length = 0;
  for (;;) {
    const size = stream.take(4).readUInt32LE();
    if (size === 0) break;
    const isPlain = size >= 0x8000_0000;
    const packedSize = size & 0x7fff_ffff;
    if (packedSize > header.mostInBlock) broken(stream, 'the length of a block');
    const packed = stream.take(packedSize);
    if (header.checksBlocks && stream.take(4).readUInt32LE() !== Xxh32.of(packed)) broken(stream, 'a checksum');
    if (header.isIndependent) start = 0;
    const made = isPlain ? packed.copy(memory, start) : unpackBlock(stream, packed, memory, start, header.mostInBlock);
    const piece = Buffer.from(memory.subarray(start, start + made));
    length += made;
    content.update(piece);
    yield piece;
    start += made;
    if (start > window) {
      memory.copyWithin(0, start - window, start);
      start = window;
    }
  }
  if (header.length !== undefined && header.length !== length) broken(stream, 'its length');
  if (header.checksContent && stream.take(4).readUInt32LE() !== content.digest()) broken(stream, 'its checksum');
}

interface Header {
  readonly isIndependent: boolean;
  readonly checksBlocks: boolean;
  readonly checksContent: boolean;
  readonly length: number | undefined;
  readonly mostInBlock: number;
}

function readHeader(stream: ByteStream): Header {
  const [flags = 0, sizes = 0] = stream.peek(2);
  const hasLength = (flags & 0x08) !== 0;
  const head = stream.take(hasLength ? 10 : 2);
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || (sizes & 0x8f) !== 0 || sizes >> 4 < 4) broken(stream, 'its header');
  if ((flags & 1) !== 0) throw new TooMuch(stream.at, 'It is packed by LZ4 with a dictionary that is not in it.');
  if (stream.byte() !== ((Xxh32.of(head) >>> 8) & 0xff)) broken(stream, 'its header');
  return {
    isIndependent: (flags & 0x20) !== 0,
    checksBlocks: (flags & 0x10) !== 0,
    checksContent: (flags & 0x04) !== 0,
    length: hasLength ? Number(head.readBigUInt64LE(2)) : undefined,
    mostInBlock: 1 << (8 + 2 * (sizes >> 4)),
  };
}

/** Unpacks behind `start` and gives how much. */
function unpackBlock(stream: ByteStream, packed: Buffer, memory: Buffer, start: number, most: number): number {
  const limit = start + most;
  let from = 0;
  let to = start;
  const extended = (first: number) => {
    let length = first;
    if (first < 15) return length;
    for (let byte = 255; byte === 255; ) {
      if (from >= packed.length) broken(stream, 'a block');
      byte = packed[from++] as number;
      length += byte;
    }
    return length;
  };
  while (from < packed.length) {
    const token = packed[from++] as number;
    const plain = extended(token >> 4);
    if (from + plain > packed.length || to + plain > limit) broken(stream, 'a block');
    packed.copy(memory, to, from, from + plain);
    from += plain;
    to += plain;
    // A block ends with bytes that stand for themselves.
    if (from === packed.length) return to - start;
    if (from + 2 > packed.length) broken(stream, 'a block');
    const distance = packed.readUInt16LE(from);
    from += 2;
    const length = extended(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > limit) broken(stream, 'a block');
    if (distance >= length) memory.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i += 1) memory[to + i] = memory[to + i - distance] as number;
    to += length;
  }
  return broken(stream, 'a block');
}

function broken(stream: ByteStream, what: string): never {
  throw new Damaged(stream.at, `It is packed by LZ4, and ${what} is not as it must be.`);
}
