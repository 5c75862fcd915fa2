/** Passwords of a real registry (htpasswd): alive, rotated in its file, and at a registry that asks nobody or is not there. */
import { randomBytes } from 'node:crypto';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import oci from '../index.ts';
import probe from './password.ts';

const signal = new AbortController().signal;
const closed = process.env.FIREBREAK_REGISTRY_URL ?? '';
const open = process.env.FIREBREAK_REGISTRY_OPEN_URL ?? '';
const file = join(process.env.FIREBREAK_REGISTRY_DIR ?? '', 'htpasswd');
const user = `bot-${randomBytes(3).toString('hex')}`;
/** bcrypt of `push-and-pull`, and of something else; nothing that is always there makes one. */
const hashes = {
  old: '$2y$05$durhm9Z6E3O5IiLYpRqn4eISxpWJuimySwp7Er0jp/rLG89C4J3ye',
  other: '$2b$05$abcdefghijklmnopqrstuuxVDKZqs6Q9Jf8ZbCBzGaIeZsRdg1v3S',
};
const old = 'push-and-pull';
let before: string;

/** The registry reads its file anew when the time of its last change is another one. */
async function letIn(hash: string | undefined): Promise<void> {
  const { mtime } = await stat(file);
  await writeFile(file, `${before}${hash === undefined ? '' : `${user}:${hash}\n`}`);
  await utimes(file, new Date(), new Date(mtime.getTime() + 1000));
}
beforeAll(async () => {
  before = await readFile(file, 'utf8');
  await letIn(hashes.old);
});
afterAll(() => letIn(undefined));

async function tried(base: string, secret = old) {
  const session = await oci.connect(oci.parse(base), signal);
  const about = { node: `oci:User/${new URL(base).host}/${user}`, kind: null };
  expect(probe.issuedAt(session, about)).toBe(true);
  const verdict = await probe.probe({ session, about, secret, signal });
  await oci.close(session);
  expect(verdict.evidence).not.toContain(secret);
  return verdict.result;
}

test('alive, and dead once its user has another one, or is gone', async () => {
  expect(await tried(closed)).toBe('alive');
  await letIn(hashes.other);
  expect(await tried(closed)).toBe('dead');
  await letIn(hashes.old);
  expect(await tried(closed)).toBe('alive');
  await letIn(undefined);
  expect(await tried(closed)).toBe('dead');
});

test('a registry that asks nobody, and one that is not there, tell nothing', async () => {
  expect(await tried(open)).toBe('cannot-tell');
  expect(await tried('http://127.0.0.1:1')).toBe('cannot-tell');
});

test('another registry never issued it', async () => {
  const session = await oci.connect(oci.parse(open), signal);
  expect(probe.issuedAt(session, { node: `oci:User/registry.example/${user}`, kind: null })).toBe(false);
  await oci.close(session);
});
