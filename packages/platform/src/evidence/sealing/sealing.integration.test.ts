/** Sealing against other implementations: the reference program of age, and a key service. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, expect, test } from 'vitest';
import { ageSealing } from './age.ts';
import { kmsSealing } from './kms.ts';

const { FIREBREAK_AGE_BIN, FIREBREAK_MOTO_URL } = process.env;
const folder = await mkdtemp(join(tmpdir(), 'firebreak-sealing-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 30_000) yield bytes.subarray(at, at + 30_000);
}
async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const chunk of source) found.push(chunk);
  return Buffer.concat(found);
}

test('age: what we seal the reference program opens, and the other way round', async () => {
  if (FIREBREAK_AGE_BIN === undefined)
    throw new Error('FIREBREAK_AGE_BIN must name the program: run peers/age/install.');
  const identity = join(folder, 'identity');
  execFileSync(join(dirname(FIREBREAK_AGE_BIN), 'age-keygen'), ['-o', identity], { stdio: 'pipe' });
  const recipient = /age1\w+/.exec(await readFile(identity, 'utf8'))?.[0] ?? '';
  const sealing = ageSealing([recipient], () => identity);
  const seal = await sealing.sealFor('snap_x', null);
  for (const size of [0, 1, 65_536, 400_001]) {
    const clear = randomBytes(size);
    const sealed = join(folder, `sealed-${size}`);
    await writeFile(sealed, await whole(seal.seal(chunks(clear))));
    const opened = execFileSync(FIREBREAK_AGE_BIN, ['-d', '-i', identity, sealed], { maxBuffer: 1 << 24 });
    expect(opened.equals(clear)).toBe(true);
    const theirs = execFileSync(FIREBREAK_AGE_BIN, ['-r', recipient], { input: clear, maxBuffer: 1 << 24 });
    expect((await whole(sealing.open(chunks(theirs), 'snap_x', null))).equals(clear)).toBe(true);
    theirs[theirs.length - 1] = (theirs.at(-1) ?? 0) ^ 1;
    await expect(whole(sealing.open(chunks(theirs), 'snap_x', null))).rejects.toMatchObject({
      code: 'FB-EVIDENCE-SEALED',
    });
  }
});

test('KMS: a data key for each snapshot, that opens no other, and nothing without the key service', async () => {
  if (FIREBREAK_MOTO_URL === undefined) throw new Error('FIREBREAK_MOTO_URL must name the peer.');
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  const client = new KMSClient({ endpoint: FIREBREAK_MOTO_URL, region: 'us-east-1' });
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  const sealing = kmsSealing({ key: KeyMetadata?.KeyId ?? '', endpoint: FIREBREAK_MOTO_URL, region: 'us-east-1' });
  const key = await sealing.newKey('snap_x');
  const clear = randomBytes(200_000);
  const sealed = await whole((await sealing.sealFor('snap_x', key)).seal(chunks(clear)));
  expect(sealed.includes(clear.subarray(0, 64))).toBe(false);
  expect((await whole(sealing.open(chunks(sealed), 'snap_x', key))).equals(clear)).toBe(true);
  const other = await sealing.newKey('snap_y');
  for (const [snapshot, wrapped] of [
    ['snap_y', key],
    ['snap_x', other],
    ['snap_x', null],
  ] as const)
    await expect(whole(sealing.open(chunks(sealed), snapshot, wrapped))).rejects.toMatchObject({
      code: 'FB-EVIDENCE-SEALED',
    });
  for (const cut of [sealed.subarray(0, -1), sealed.subarray(0, 65_536 + 16 + 51), sealed.subarray(0, 20)])
    await expect(whole(sealing.open(chunks(cut), 'snap_x', key))).rejects.toMatchObject({ code: 'FB-EVIDENCE-SEALED' });
  await client.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId ?? '' }));
  client.destroy();
});
