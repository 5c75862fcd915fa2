import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, sha256Hex, sha256Into, sha256Stream } from './digest.ts';

// FIPS 180-4, example for the one-block message "abc"
const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('the published example, from text and from bytes', () => {
  expect(sha256Hex('abc')).toBe(abc);
  expect(sha256Hex(Uint8Array.of(0x61, 0x62, 0x63))).toBe(abc);
  expect(Buffer.from(sha256('abc')).toString('hex')).toBe(abc);
});

test('all ways to hash agree on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const stream = sha256Stream();
      stream.update(bytes.subarray(0, cut));
      stream.update(bytes.subarray(cut));
      const into = Buffer.alloc(40, 0xee);
      sha256Into(into, 4, bytes);
      const hex = sha256Hex(bytes);
      expect(stream.hex()).toBe(hex);
      expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(hex);
      expect(into.toString('hex')).toBe(`eeeeeeee${hex}eeeeeeee`);
    }),
  );
});
