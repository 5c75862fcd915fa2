/** Virtual keys on a real proxy with a database: alive, blocked, deleted, expired; and a proxy that is not there. */
import { createHash } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import litellm from '../index.ts';
import type { LitellmSession } from '../session.ts';
import probe from './virtual-key.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_URL ?? '';
const masterKey = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_KEY ?? '';
let session: LitellmSession;

async function admin(path: string, body: object): Promise<{ readonly key?: string }> {
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { readonly key?: string };
}
beforeAll(async () => {
  vi.stubEnv('LITELLM_API_KEY', masterKey);
  session = await litellm.connect(litellm.parse(url), signal);
  return async () => {
    vi.unstubAllEnvs();
    await litellm.close(session);
  };
});

const newKey = async (more: object = {}) => (await admin('/key/generate', more)).key ?? '';
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
async function tried(key: string, given = key, at = session) {
  const about = { node: `litellm:Key/${at.server}/${hashOf(key)}`, kind: null };
  expect(probe.issuedAt(at, about)).toBe(true);
  const verdict = await probe.probe({ session: at, about, secret: given, signal });
  expect(verdict.evidence).not.toContain(given);
  return verdict.result;
}

test.each([
  ['deleted', (key: string) => admin('/key/delete', { keys: [key] })],
  ['blocked', (key: string) => admin('/key/block', { key })],
  ['expired', (key: string) => admin('/key/update', { key, duration: '1s' })],
])('alive, and dead once it is %s', async (_, end) => {
  const key = await newKey();
  expect(await tried(key)).toBe('alive');
  await end(key);
  await expect.poll(() => tried(key), { timeout: 30_000 }).toBe('dead');
});

test('a key that may do little lives, and another key than the one in question tells nothing', async () => {
  const key = await newKey({ allowed_routes: ['/key/info'] });
  expect(await tried(key)).toBe('alive');
  expect(await tried(key, await newKey())).toBe('cannot-tell');
  expect(await tried(key, 'sk-mistyped')).toBe('cannot-tell');
});

test('a proxy that is not there tells nothing', async () => {
  const key = await newKey();
  const away = await litellm.connect(litellm.parse('http://127.0.0.1:1'), signal);
  expect(await tried(key, key, away)).toBe('cannot-tell');
  await litellm.close(away);
});

test('which proxy a key without a hash belongs to is not known', () => {
  expect(probe.issuedAt(session, { node: null, kind: 'litellm-key' })).toBeUndefined();
  expect(probe.issuedAt(session, { node: 'litellm:Key/another/abc', kind: null })).toBe(false);
});
