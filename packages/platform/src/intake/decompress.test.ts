import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decompressed } from './decompress.ts';
import { ReadingFailed } from './documents/read-documents.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function unpacked(bytes: Uint8Array, size = 7, limits = {}): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of decompressed(pieces(bytes, size), 'log', limits)) parts.push(part);
  return Buffer.concat(parts);
}

test('packed or not, the same bytes come out', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 5000 });
  // Four bytes at the least, or the kind of a file cannot be told.
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 4, max: 600 }), async (plain, size) => {
      expect(await unpacked(gzipSync(plain), size)).toEqual(Buffer.from(plain));
      expect(await unpacked(zstdCompressSync(plain), size)).toEqual(Buffer.from(plain));
      const text = Buffer.concat([Buffer.from('{'), plain]);
      expect(await unpacked(text, size)).toEqual(text);
    }),
    { numRuns: 100 },
  );
  expect(await unpacked(new Uint8Array())).toEqual(Buffer.alloc(0));
});

test('two files one behind the other are one', async () => {
  const both = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]);
  expect((await unpacked(both)).toString()).toBe('one\ntwo\n');
});

test('bombs, broken and cut-off files are given up with a reason', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 ** 2));
  await expect(unpacked(bomb, 1 << 16)).rejects.toThrow(/times its size/);
  await expect(unpacked(gzipSync(Buffer.alloc(5000)), 64, { mostOut: 1000 })).rejects.toThrow(/more than 1000 bytes/);
  const cut = gzipSync(Buffer.from('x'.repeat(1000))).subarray(0, 20);
  await expect(unpacked(cut)).rejects.toBeInstanceOf(ReadingFailed);
  await expect(unpacked(Buffer.from([0x1f, 0x8b, 0, 0, 0, 0, 0, 0, 0, 0]))).rejects.toBeInstanceOf(ReadingFailed);
});
