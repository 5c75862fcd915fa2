/**
 * The key that signs the ledger's checkpoints, in a file of the data directory. The file holds one line in the form of
 * Go's `note` package, `PRIVATE+KEY+<name>+<hex key id>+<base64>`, so other implementations can read it.
 *
 * Losing the file loses no evidence: what was signed stays verifiable. The next start makes a new key, and with it a new
 * name, because a log must not speak with two keys under one name.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { strictBase64 } from '../kernel/bytes.ts';
import { newId } from '../kernel/id.ts';
import { isKeyName, type NoteSigner } from './note.ts';
import { noteSigner } from './note-signer.ts';

/** The file's name in the data directory. */
export const keyFileName = 'ledger.key';

/**
 * The signer from `<directory>/ledger.key`, made on first use. The directory must belong to one process, as a data
 * directory does: two that make a key at the same time would end with different ones.
 *
 * @param name name for a new key, for example `ledger.example.org/firebreak`; default `firebreak.local/` and chance.
 * @throws FirebreakError `FB-LEDGER-KEY-INVALID` when the file is no key or others may read it, or the name is no name.
 */
export async function loadOrCreateSigner(directory: string, name?: string): Promise<NoteSigner> {
  const path = join(directory, keyFileName);
  const existing = await readKeyFile(path);
  if (existing !== undefined) return existing;
  const keyName = name ?? `firebreak.local/${newId('log').slice('log_'.length)}`;
  if (!isKeyName(keyName)) {
    throw new FirebreakError('FB-LEDGER-KEY-INVALID', 'A key name must not be empty nor hold spaces or a plus.');
  }
  const seed = randomBytes(32);
  const signer = noteSigner(keyName, seed);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeWhole(path, `${signerKeyText(signer, seed)}\n`);
  return signer;
}

/** A signer that lives as long as the process: for tests, and for work that leaves nothing behind. */
export function ephemeralSigner(name = 'firebreak.local/ephemeral'): NoteSigner {
  return noteSigner(name, randomBytes(32));
}

/** A signer from the text of a private key, or `undefined` when it is none. */
export function parseSignerKey(text: string): NoteSigner | undefined {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  const [, name, id, encoded] = match ?? [];
  const typed = encoded === undefined ? undefined : strictBase64(encoded);
  if (name === undefined || !isKeyName(name) || typed === undefined || typed[0] !== 1) return undefined;
  const signer = noteSigner(name, typed.subarray(1));
  return signer.verifierKey.startsWith(`${name}+${id}+`) ? signer : undefined;
}

function signerKeyText(signer: NoteSigner, seed: Uint8Array): string {
  const id = signer.verifierKey.slice(signer.name.length + 1, signer.name.length + 9);
  return `PRIVATE+KEY+${signer.name}+${id}+${Buffer.concat([Uint8Array.of(1), seed]).toString('base64')}`;
}

async function readKeyFile(path: string): Promise<NoteSigner | undefined> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new FirebreakError('FB-LEDGER-KEY-INVALID', `Others than the owner may read or change ${path}.`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const signer = parseSignerKey(text.trimEnd());
  if (signer === undefined) throw new FirebreakError('FB-LEDGER-KEY-INVALID', `${path} does not hold a signing key.`);
  return signer;
}

/** The file appears whole or not at all, also when the machine stops in between. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${newId('new')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
