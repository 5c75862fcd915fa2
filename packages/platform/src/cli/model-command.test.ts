/** `firebreak model`: signs, verifies, says what differs, and ends with 0, 1 or 3. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelVerdictSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bareWorld, run } from './testing/run.ts';

let folder: string;
let model: string;
let signature: string;
const at = (name: string) => join(folder, name);
const firebreak = (...argv: readonly string[]) => run(bareWorld({}), ['model', ...argv]);
const verify = (...more: readonly string[]) => firebreak('verify', model, '--signature', signature, ...more);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-model-command-'));
  model = at('model');
  signature = join(model, 'model.sig');
  await mkdir(model);
  await writeFile(join(model, 'weights'), 'weights');
  for (const name of ['signer', 'other']) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(at(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('signs a folder into itself, verifies it, and says what changed', async () => {
  expect(await firebreak('sign', model, '--key', at('signer.pem'), '--signature', signature)).toMatchObject({
    exit: 0,
  });
  const good = await verify('--key', at('signer.pub'));
  expect(good).toMatchObject({ exit: 0, err: '' });
  expect(good.out).toContain('VERIFIED');
  await writeFile(join(model, 'extra\u001b[2J'), '');
  await writeFile(join(model, 'weights'), 'Weights');
  const bad = await verify('--key', at('signer.pub'));
  expect(bad.exit).toBe(1);
  expect(bad.out).toMatch(/NOT VERIFIED/);
  expect(bad.out).toMatch(/changed {2}weights/);
  expect(bad.out).not.toContain('\u001b');
  const json = await verify('--key', at('signer.pub'), '--json');
  expect(modelVerdictSchema.parse(JSON.parse(json.out))).toMatchObject({ verdict: 'refused', missing: [] });
  await rm(join(model, 'extra\u001b[2J'));
  await writeFile(join(model, 'weights'), 'weights');
});

test('another key is a no; nothing to judge by, and nothing to read, is neither', async () => {
  expect(await verify('--key', at('other.pub'))).toMatchObject({ exit: 1 });
  expect((await verify('--certificate', at('other.pub'))).exit).toBe(3);
  expect((await verify('--key', at('other.pem'))).exit).toBe(3);
  expect((await firebreak('verify', model, '--signature', at('none'), '--key', at('signer.pub'))).exit).toBe(3);
  expect((await firebreak('verify', at('none'), '--signature', signature, '--key', at('signer.pub'))).exit).toBe(3);
  expect((await verify()).exit).toBe(2);
  expect((await verify('--key', at('signer.pub'), '--identity', 'me')).exit).toBe(2);
});

test('hashes as sha256sum writes it', async () => {
  const { out, exit } = await firebreak('hash', join(model, 'weights'));
  expect(exit).toBe(0);
  const digest = '9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c';
  expect(out).toMatch(new RegExp(`^${digest} {2}\\.\n[0-9a-f]{64} {2}over all\n$`));
});
