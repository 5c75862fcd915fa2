/** .lzma: one run of LZMA behind thirteen bytes, as joblib and older tools write it. ZIP's method 14 has a head of its own. */
import { Damaged } from '../bytes.ts';
import { Lzma } from './lzma.ts';
import type { ByteStream } from './stream.ts';

const unknownLength = 0xffff_ffff_ffff_ffffn;

/** Whether these are properties, a dictionary and a length that Python's `lzma` and xz would take for a .lzma file. */
export function isLzmaAlone(head: Buffer): boolean {
  if (head.length < 13 || (head[0] as number) >= 225) return false;
  const dictionary = head.readUInt32LE(1);
  const length = head.readBigUInt64LE(5);
  // 2^n or 2^n + 2^(n-1), or all ones
  const bits = dictionary.toString(2);
  return (/^11?0*$/.test(bits) || dictionary === 0xffff_ffff) && (length === unknownLength || length < 1n << 38n);
}

export function* unpackLzmaAlone(stream: ByteStream): Generator<Buffer, void> {
  const head = stream.take(13);
  const length = head.readBigUInt64LE(5);
  const lzma = new Lzma(stream, head.readUInt32LE(1));
  lzma.properties(head[0] as number);
  lzma.begin();
  yield* toItsEnd(lzma, stream, length === unknownLength ? undefined : Number(length));
}

/** ZIP's: version, length of the properties, properties; `length` is undefined when a mark ends it. APPNOTE 6.3.10, 5.8.8. */
export function* unpackLzmaOfZip(stream: ByteStream, length: number | undefined): Generator<Buffer, void> {
  const head = stream.take(4);
  if (head.readUInt16LE(2) !== 5) throw new Damaged(stream.at, 'Its LZMA properties have another length than five.');
  const properties = stream.take(5);
  const lzma = new Lzma(stream, properties.readUInt32LE(1));
  lzma.properties(properties[0] as number);
  lzma.begin();
  yield* toItsEnd(lzma, stream, length);
}

function* toItsEnd(lzma: Lzma, stream: ByteStream, length: number | undefined): Generator<Buffer, void> {
  let made = 0;
  for (const piece of lzma.unpack(length ?? Number.POSITIVE_INFINITY, true)) {
    made += piece.length;
    yield piece;
  }
  if (length !== undefined && made < length) throw new Damaged(stream.at, 'It is packed, and shorter than it says.');
  if (!lzma.isAtEnd) lzma.expectMark();
  if (!lzma.isAtEnd) throw new Damaged(stream.at, 'What is packed by LZMA does not come out even.');
}
