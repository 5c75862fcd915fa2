/**
 * Probe material (a captured token) between the read that captured it and the probe that tries it. It must survive a crash,
 * so it is in the database, and must not be readable there, so it is encrypted under a key that is only in the data
 * directory. It is bound to its step: a sealed text copied to another row does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';

export interface Seal {
  seal(secret: string, step: string): Uint8Array;
  /** `undefined` when it was sealed under another key or for another step, or was tampered with. */
  open(sealed: Uint8Array, step: string): string | undefined;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a fresh nonce each time: nonce, tag, ciphertext. */
export function createSeal(key: Uint8Array): Seal {
  return {
    seal: (secret, step) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(step));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open: (sealed, step) => {
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      if (tag.length !== tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(step)).setAuthTag(tag);
      try {
        return decipher.update(sealed.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

export async function sealFromFile(file: string): Promise<Seal> {
  return createSeal(await keyFromFile(file));
}

/**
 * The 32 secret bytes of this file, drawn and written (readable by us alone) when it is not there.
 *
 * @throws FirebreakError FB-USAGE for a file of another length
 */
export async function keyFromFile(file: string): Promise<Uint8Array> {
  const kept = await readFile(file).catch(() => null);
  if (kept === null) {
    // whole or not at all, and the first of two starters wins
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, randomBytes(keyBytes), { mode: 0o600 });
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft);
  }
  const key = await readFile(file);
  if (key.length !== keyBytes) throw new FirebreakError('FB-USAGE', `${file} is not a key of ${keyBytes} bytes.`);
  return key;
}
