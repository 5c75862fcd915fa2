/** Models that we sign ourselves: every curve and method, what may not be signed, what is hostile in a folder or a bundle. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listModel } from './hashing/folder.ts';
import { hashModel } from './hashing/hash-model.ts';
import { hashPiece } from './hashing/hash-piece.ts';
import { readSigningKey, signModel } from './sign-model.ts';
import { readStatement, type Serialization } from './statement.ts';
import { pemOf } from './trust/elliptic.ts';
import { trustInKey } from './trust/trust.ts';
import { verifyModel } from './verify-model.ts';

const { signal } = new AbortController();
const now = new Date('2026-11-21T00:00:00Z');
const files: Serialization = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: ['.git'] };
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const pair = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

let model: string;
beforeEach(async () => {
  model = await mkdtemp(join(tmpdir(), 'firebreak-sign-'));
  await mkdir(join(model, 'a'));
  await writeFile(join(model, 'a/one'), 'one');
  await writeFile(join(model, 'two'), Buffer.alloc(200_000, 2));
});
afterEach(() => rm(model, { recursive: true }));

async function signed(how: Serialization = files, { privateKey, publicKey } = pair('P-256')) {
  const { bundle } = await signModel({
    model,
    how,
    key: readSigningKey(pem(privateKey), undefined, undefined),
    signal,
  });
  const trust = trustInKey(pemOf(publicKey));
  return {
    bundle,
    verdict: (text = bundle) => verifyModel({ model, signature: Buffer.from(text), trust, now, signal }),
  };
}

test.each(['P-256', 'P-384', 'P-521'])('a key on %s', async (curve) => {
  expect(await (await signed(files, pair(curve))).verdict()).toMatchObject({ verdict: 'verified', files: 2 });
});

test.each<Partial<Serialization>>([
  { hash: 'blake2b' },
  { hash: 'blake3' },
  { method: 'shards', shardSize: 70_000 },
  { method: 'shards', shardSize: 200_000, hash: 'blake2b' },
])('%j', async (how) => {
  const { verdict } = await signed({ ...files, ...how });
  expect((await verdict()).verdict).toBe('verified');
  await truncate(join(model, 'two'), 199_999);
  expect((await verdict()).verdict).toBe('refused');
});

test('another key, and a key of another kind, do not serve', async () => {
  const { bundle } = await signed();
  const trust = trustInKey(pemOf(pair('P-256').publicKey));
  const verdict = await verifyModel({ model, signature: Buffer.from(bundle), trust, now, signal });
  expect(verdict.reasons.map(({ code }) => code)).toEqual(['FB-SIGNATURE-INVALID']);
  const edwards = generateKeyPairSync('ed25519');
  expect(() => trustInKey(pemOf(edwards.publicKey))).toThrow('P-256');
  expect(() => readSigningKey(pem(edwards.privateKey), undefined, undefined)).toThrow('P-256');
});

test('an encrypted key needs its passphrase, and no message tells it', () => {
  const passphrase = 'correct horse';
  const locked = pair('P-256').privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  expect(readSigningKey(String(locked), passphrase, undefined).hash).toBe('sha256');
  for (const wrong of [undefined, 'wrong horse']) {
    try {
      readSigningKey(String(locked), wrong, undefined);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FirebreakError);
      expect(JSON.stringify([String(error), (error as FirebreakError).cause ?? null])).not.toMatch(/horse|PRIVATE/);
    }
  }
});

test('links count only where the signer allowed them, and never out of the model', async () => {
  await symlink('two', join(model, 'link'));
  await expect(signed()).rejects.toMatchObject({ code: 'FB-SIGNATURE-LINK' });
  const { verdict } = await signed({ ...files, allowSymlinks: true });
  expect(await verdict()).toMatchObject({ verdict: 'verified', files: 3 });
  await rm(join(model, 'link'));
  await symlink('/etc/hostname', join(model, 'link'));
  expect((await verdict()).reasons.map(({ code }) => code)).toContain('FB-SIGNATURE-LINK');
});

test('a pipe is refused and not waited for', async () => {
  const { verdict } = await signed();
  execFileSync('mkfifo', [join(model, 'pipe')]);
  expect((await verdict()).reasons.map(({ code }) => code)).toEqual(['FB-SIGNATURE-LINK']);
});

test('what is left out is said, and is left out only where it was signed so', async () => {
  await mkdir(join(model, '.git'));
  await writeFile(join(model, '.git/config'), 'anything');
  expect(await (await signed()).verdict()).toMatchObject({ verdict: 'verified', ignored: ['.git'] });
  const { verdict } = await signed({ ...files, ignorePaths: [] });
  await writeFile(join(model, '.git/hook'), 'more');
  expect((await verdict()).extra).toEqual(['.git/hook']);
});

test('a file that is exchanged after it was listed is not hashed as the one that was', async () => {
  const [file] = (await listModel(join(model, 'two'), files)).files;
  if (file === undefined) throw new Error('nothing was listed');
  const piece = { at: file.at, identity: file.identity, start: 0, end: file.size, hash: 'sha256' } as const;
  expect(await hashPiece(piece)).toHaveProperty('digest');
  await utimes(file.at, 1, 1);
  expect(await hashPiece(piece)).toMatchObject({ refusal: { code: 'FB-SIGNATURE-CHANGING' } });
  await rm(file.at);
  await symlink('a/one', file.at);
  expect(await hashPiece(piece)).toHaveProperty('refusal');
});

test('threads and one thread say the same', async () => {
  for (const name of ['x', 'y', 'z']) await writeFile(join(model, name), Buffer.alloc(5 << 20, name));
  const whole = await hashModel(model, files, signal);
  const [part] = (await hashModel(join(model, 'y'), files, signal)).resources;
  expect(whole.resources.find(({ path }) => path === 'y')?.digest).toBe(part?.digest);
  expect(whole.resources.length).toBe(5);
  const stopped = AbortSignal.abort();
  await expect(hashModel(model, files, stopped)).rejects.toMatchObject({ code: 'FB-CANCELLED' });
});

test('more shards than are judged are not begun', async () => {
  await truncate(join(model, 'two'), 2 ** 40);
  const hashed = await hashModel(model, { ...files, method: 'shards', shardSize: 65_536 }, signal);
  expect(hashed.refusals.map(({ code }) => code)).toEqual(['FB-SIGNATURE-BOUND']);
});

test.each(['', '[]', '{"a":'.repeat(100_000), '{}', 'null', '\ufeff{}', '"x"'])(
  'a bundle that is none',
  async (text) => {
    const { verdict } = await signed();
    expect(await verdict(text)).toMatchObject({ verdict: 'refused', reasons: [{ code: 'FB-SIGNATURE-FORM' }] });
  },
);

describe('a statement', () => {
  const digest = 'ab'.repeat(32);
  const root = '4a0a2d7c5bbf1de60b1ec4df3a1ba5b4e3b3c0a1e0f2b3c4d5e6f708192a3b4c';
  const read = (resources: readonly object[], predicateType = 'https://model_signing/signature/v1.0') =>
    readStatement({
      payloadType: 'application/vnd.in-toto+json',
      signature: Buffer.alloc(0),
      payload: Buffer.from(
        JSON.stringify({
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ name: 'm', digest: { sha256: root } }],
          predicateType,
          predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false }, resources },
        }),
      ),
    });
  const code = (judged: ReturnType<typeof read>) => (judged.ok ? 'accepted' : judged.refusal.code);

  test.each(['../a', '/etc/passwd', 'a//b', './a', 'a/..', 'a/', '', 'a\0b', '\ud800'])('may not name %j', (name) => {
    expect(code(read([{ name, algorithm: 'sha256', digest }]))).toBe('FB-SIGNATURE-STATEMENT');
  });

  test('may not name a file twice, hash it otherwise, or sum up wrongly', () => {
    const one = { name: 'a', algorithm: 'sha256', digest };
    for (const resources of [[one, one], [{ ...one, algorithm: 'md5' }], [one], []])
      expect(code(read(resources))).toBe('FB-SIGNATURE-STATEMENT');
  });

  test('of a version to come cannot be told', () => {
    expect(code(read([], 'https://model_signing/signature/v2.0'))).toBe('FB-SIGNATURE-VERSION');
  });
});
