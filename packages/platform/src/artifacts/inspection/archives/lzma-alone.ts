/** .lzma: one run of LZMA behind thirteen bytes, as joblib and older tools write it. ZIP's method 14 has a head of its own. */
import { type Bytes, Damaged, partOf } from '../bytes.ts';
import { Lzma } from './lzma.ts';
import { ByteStream } from './stream.ts';

/** Enough for a first piece to come out. */
const tried = 128 << 10;
const unknownLength = 0xffff_ffff_ffff_ffffn;

/** Whether these are properties, a dictionary and a length that Python's `lzma` and xz would take for a .lzma file. */
export function isLzmaAlone(head: Buffer): boolean {
  if (head.length < 13 || (head[0] as number) >= 225) return false;
  const dictionary = head.readUInt32LE(1);
  const length = head.readBigUInt64LE(5);
  // 2^n or 2^n + 2^(n-1), all ones, or none: as liblzma's test lets them through.
  const isDictionary = /^(?:11?0*|0)$/.test(dictionary.toString(2)) || dictionary === 0xffff_ffff;
  return isDictionary && (length === unknownLength || length < 1n << 38n);
}

/**
 * Whether what begins as something else is unpacked by `lzma.open` all the same: .lzma has no mark, and any properties will do.
 * liblzma takes no more than four bits of context for a literal.
 */
export function isAlsoLzma(bytes: Bytes): boolean {
  if (bytes.size <= 13) return false;
  const head = bytes.read(0, 13);
  const properties = (head[0] as number) % 45;
  if (!isLzmaAlone(head) || head.readBigUInt64LE(5) === 0n || (properties % 9) + Math.trunc(properties / 9) > 4)
    return false;
  let made = 0;
  try {
    for (const { length } of unpackLzmaAlone(new ByteStream(partOf(bytes, 0, Math.min(bytes.size, tried)))))
      made += length;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
  }
  return made > 0;
}

export function* unpackLzmaAlone(stream: ByteStream): Generator<Buffer, void> {
  const properties = stream.take(5);
  const length = stream.take(8).readBigUInt64LE();
  yield* oneRun(stream, properties, length === unknownLength ? undefined : Number(length));
}

/** ZIP's: version, length of the properties, properties; `length` is undefined when a mark ends it. APPNOTE 6.3.10, 5.8.8. */
export function* unpackLzmaOfZip(stream: ByteStream, length: number | undefined): Generator<Buffer, void> {
  const head = stream.take(4);
  if (head.readUInt16LE(2) !== 5) throw new Damaged(stream.at, 'Its LZMA properties have another length than five.');
  yield* oneRun(stream, stream.take(5), length);
}

function* oneRun(stream: ByteStream, properties: Buffer, length: number | undefined): Generator<Buffer, void> {
  const lzma = new Lzma(stream, properties.readUInt32LE(1));
  lzma.properties(properties[0] as number);
  lzma.begin();
  let made = 0;
  for (const piece of lzma.unpack(length ?? Number.POSITIVE_INFINITY, true)) {
    made += piece.length;
    yield piece;
  }
  if (length !== undefined && made < length) throw new Damaged(stream.at, 'It is packed, and shorter than it says.');
  if (!lzma.isAtEnd) lzma.expectMark();
  if (!lzma.isAtEnd) throw new Damaged(stream.at, 'What is packed by LZMA does not come out even.');
}
