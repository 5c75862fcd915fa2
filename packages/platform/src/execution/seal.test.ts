import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createSeal, sealFromFile } from './seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-seal-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what is sealed opens again, for the same step and key alone', () => {
  const seal = createSeal(Buffer.alloc(32, 1));
  const other = createSeal(Buffer.alloc(32, 2));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.nat(), (secret, step, at) => {
      const sealed = seal.seal(secret, step);
      expect(seal.open(sealed, step)).toBe(secret);
      expect(seal.open(sealed, `${step}x`)).toBeUndefined();
      expect(other.open(sealed, step)).toBeUndefined();
      const bent = Buffer.from(sealed);
      bent[at % bent.length] = (bent[at % bent.length] ?? 0) ^ 1;
      expect(seal.open(bent, step)).toBeUndefined();
      expect(seal.open(sealed.subarray(0, at % sealed.length), step)).toBeUndefined();
    }),
  );
});

test('the same secret never looks the same', () => {
  const seal = createSeal(Buffer.alloc(32, 1));
  expect(Buffer.from(seal.seal('x', 's'))).not.toEqual(Buffer.from(seal.seal('x', 's')));
});

test('the key file is made once, for us alone', async () => {
  const file = join(folder, 'seal.key');
  const [first, second] = await Promise.all([sealFromFile(file), sealFromFile(file)]);
  expect(second.open(first.seal('x', 's'), 's')).toBe('x');
  expect((await sealFromFile(file)).open(first.seal('y', 's'), 's')).toBe('y');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, 'short.key'), 'short');
  await expect(sealFromFile(join(folder, 'short.key'))).rejects.toThrow(/FB-USAGE/);
});
