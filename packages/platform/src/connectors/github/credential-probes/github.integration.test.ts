/**
 * Tokens and deploy keys at a stub of GitHub: it answers as GitHub's own description says, and who is let in is decided by the test. That
 * a dead token gets 401 from GitHub itself is GitHub's word ("Troubleshooting the REST API"), not something that was seen here.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describedByGithub } from '../contract/description.case.ts';
import { type ContractServer, contractServer } from '../contract/server.case.ts';
import { type GithubSession, openLive } from '../session.ts';
import deployKey from './deploy-key.ts';
import token from './token.ts';

const signal = new AbortController().signal;
const ours = `ghp_${'a'.repeat(36)}`;
const old = `ghp_${'b'.repeat(36)}`;
const half = `ssh-ed25519 ${'C'.repeat(68)}`;
const good = new Set<string>();
let keys: { readonly id: number; readonly title: string; readonly key: string }[];
/** A status that it answers whatever is asked: it fails, or is busy. */
let trouble: number | undefined;
let server: ContractServer;
let session: GithubSession;

beforeAll(async () => {
  server = await contractServer({
    description: describedByGithub(),
    world: {},
    otherwise: 'example',
    acts({ template, authorization }) {
      if (trouble !== undefined) return { status: trouble };
      if (!good.has(authorization.replace(/^Bearer /, ''))) return { status: 401 };
      return template === '/repos/{owner}/{repo}/keys' ? { status: 200, is: keys } : undefined;
    },
  });
  session = openLive({ owner: 'acme', repository: 'models', apiUrl: server.url, token: ours });
});
beforeEach(() => {
  for (const each of [ours, old]) good.add(each);
  keys = [{ id: 11, title: 'mirror', key: `${half} mirror@acme` }];
  trouble = undefined;
});
afterAll(async () => {
  await session.close();
  await server.close();
  expect(server.faults).toEqual([]);
});
const away = () => openLive({ owner: 'acme', repository: 'models', apiUrl: 'http://127.0.0.1:1', token: ours });

async function triedToken(secret = old, at = session) {
  const about = { node: 'github:Secret/github.com/acme/models/PAT', kind: null };
  const verdict = await token.probe({ session: at, about, secret, signal });
  expect(verdict.evidence).not.toContain(secret);
  return verdict.result;
}
const mirror = 'github:DeployKey/github.com/acme/models/11';
async function triedKey(secret = half, node = mirror, at = session) {
  return (await deployKey.probe({ session: at, about: { node, kind: null }, secret, signal })).result;
}

test('a token: alive, and dead once it is revoked', async () => {
  expect(await triedToken()).toBe('alive');
  good.delete(old);
  expect(await triedToken()).toBe('dead');
});

test('a secret that is no token of GitHub, and a GitHub that is busy, fails or is not there, tell nothing', async () => {
  good.delete(old);
  expect(await triedToken('the password of a database')).toBe('cannot-tell');
  for (trouble of [429, 500, 503]) expect(await triedToken()).toBe('cannot-tell');
  const gone = away();
  expect(await triedToken(old, gone)).toBe('cannot-tell');
  await gone.close();
});

test('a deploy key: alive under its id, or under another one with the same half, and dead once none is listed', async () => {
  expect(await triedKey()).toBe('alive');
  keys = [{ id: 12, title: 'mirror again', key: half }];
  expect(await triedKey()).toBe('alive');
  keys = [{ id: 12, title: 'another', key: `ssh-ed25519 ${'D'.repeat(68)}` }];
  expect(await triedKey()).toBe('dead');
});

test('a list that we may not read, half a key, and another owner, tell nothing', async () => {
  expect(await triedKey('-----BEGIN OPENSSH PRIVATE KEY-----')).toBe('cannot-tell');
  expect(deployKey.issuedAt(session, { node: 'github:DeployKey/github.com/other/models/11', kind: null })).toBe(false);
  good.delete(ours);
  expect(await triedKey()).toBe('cannot-tell');
  const gone = away();
  expect(await triedKey(half, mirror, gone)).toBe('cannot-tell');
  await gone.close();
});
