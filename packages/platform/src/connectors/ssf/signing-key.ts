/**
 * The key that signs events (ES256), in a file of its own, readable to us alone. Made on first use; its public half is what receivers are
 * given. Losing it loses no event: receivers must be given the next one.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

export interface SigningKey {
  readonly key: CryptoKey;
  readonly kid: string;
  /** For `jwks.json`. */
  readonly publicJwk: JWK;
}

/** @throws FirebreakError FB-LEDGER-KEY-INVALID when the file is no key or others may read it */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  const jwk = (await readKey(path)) ?? (await makeKey(path));
  const { d: _, ...shared } = jwk;
  const kid = await calculateJwkThumbprint(shared);
  const key = await importJWK(jwk, 'ES256');
  if (!('type' in key) || key.type !== 'private')
    throw new FirebreakError('FB-LEDGER-KEY-INVALID', `${path} holds no private key.`);
  return { key, kid, publicJwk: { ...shared, kid, alg: 'ES256', use: 'sig' } };
}

async function readKey(path: string): Promise<JWK | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new FirebreakError('FB-LEDGER-KEY-INVALID', `Others than the owner may read or change ${path}.`);
    const jwk = JSON.parse(await readFile(path, 'utf8')) as JWK;
    if (jwk.kty === 'EC' && jwk.crv === 'P-256' && typeof jwk.d === 'string') return jwk;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (error instanceof FirebreakError) throw error;
  }
  throw new FirebreakError('FB-LEDGER-KEY-INVALID', `${path} holds no private JWK for ES256.`);
}

async function makeKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeWhole(path, `${JSON.stringify(jwk)}\n`);
  // Two that began at the same time end with the same key: the one that is there.
  return (await readKey(path)) ?? jwk;
}

/** The file appears whole or not at all, readable to us alone. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
