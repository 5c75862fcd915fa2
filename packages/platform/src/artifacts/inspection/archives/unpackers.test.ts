/** What the unpackers of ours give back, and that nothing that was changed comes through as if it had not been. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, Damaged } from '../bytes.ts';
import { unpackBzip2 } from './bzip2.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackLzmaAlone } from './lzma-alone.ts';
import { packed, text } from './packed.case.ts';
import { ByteStream } from './stream.ts';
import { Xxh32 } from './xxh32.ts';
import { unpackXz } from './xz.ts';

const unpackers = { xz: unpackXz, lzma: unpackLzmaAlone, bzip2: unpackBzip2, lz4: unpackLz4 };

function unpack(format: keyof typeof unpackers, bytes: Uint8Array): { out: Buffer; left: number } {
  const stream = new ByteStream(bytesOf(bytes));
  const out = Buffer.concat([...unpackers[format](stream)]);
  return { out, left: stream.left };
}

/** The text, or null when it is refused as damaged; anything else fails. */
function textOrRefused(format: keyof typeof unpackers, bytes: Uint8Array): string | null {
  try {
    return unpack(format, bytes).out.toString();
  } catch (error) {
    expect(error).toBeInstanceOf(Damaged);
    return null;
  }
}

describe.each(packed)('$by', ({ format, bytes }) => {
  test('comes back, and what follows is left alone', () => {
    expect(unpack(format, bytes)).toEqual({ out: Buffer.from(text), left: 0 });
    const { out, left } = unpack(format, Buffer.concat([bytes, Buffer.from('cos\nsystem\n')]));
    expect(out.toString()).toBe(text);
    expect(left).toBe(11);
  });

  test('two behind each other are one, as their tools have it', () => {
    // A .lzma file ends where it ends.
    const expected =
      format === 'lzma' ? { out: Buffer.from(text), left: bytes.length } : { out: Buffer.from(text + text), left: 0 };
    expect(unpack(format, Buffer.concat([bytes, bytes]))).toEqual(expected);
  });

  test('is refused wherever it is cut off', () => {
    for (let length = 0; length < bytes.length; length += 1)
      if (format !== 'lz4' || length >= 4)
        expect(textOrRefused(format, bytes.subarray(0, length)), `${length}`).toBeNull();
  });

  test('neither crashes nor hangs on whatever is put into it', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length }), fc.uint8Array({ maxLength: 60 }), fc.nat(60), (at, put, over) => {
        textOrRefused(format, Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + over)]));
      }),
      { numRuns: 300 },
    );
  });
});

// .lzma has no checksum: a change can make another text.
test.each(packed.filter(({ format }) => format !== 'lzma'))(
  '$by is refused, or the same, whichever bits are changed',
  ({ format, bytes }) => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        // What does not begin with a frame of LZ4 is no LZ4, and unpacks to nothing.
        fc.pre(format !== 'lz4' || at >= 4);
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ bits;
        expect([null, text]).toContain(textOrRefused(format, changed));
      }),
      { numRuns: 300 },
    );
  },
);

test('XXH32 is the one of its specification', () => {
  expect(Xxh32.of(Buffer.from(''))).toBe(0x02cc_5d05);
  expect(Xxh32.of(Buffer.from('abc'))).toBe(0x32d1_53ff);
  expect(Xxh32.of(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe229_3b2f);
});

test('a dictionary of four gigabytes is not made', () => {
  const header = Buffer.from(packed.find(({ format }) => format === 'lzma')?.bytes ?? []);
  header.writeUInt32LE(0xffff_ffff, 1);
  expect(() => unpack('lzma', header)).toThrow(/dictionary of 4294967295 bytes/);
});
