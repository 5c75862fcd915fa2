/** Passwords of roles of a real PostgreSQL: alive, changed, expired, locked out, and where the database lets in whoever asks. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { nameOf } from '../live/database.ts';
import probe from './role-password.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_DATABASE_URL ?? '';
const role = `bot ${randomBytes(3).toString('hex')}`;
const old = `old %41@/ ${randomBytes(6).toString('hex')}`;
const admin = new pg.Client({ connectionString: url });
let rules: string;
let before: string;

/** Before the rules of the peer, which trusts everybody on this machine. */
async function rule(line: string): Promise<void> {
  await writeFile(rules, `${line}\n${before}`);
  await admin.query('select pg_reload_conf()');
}
const asksForPassword = `host all "${role}" 127.0.0.1/32 scram-sha-256`;

beforeAll(async () => {
  await admin.connect();
  rules = String((await admin.query('show hba_file')).rows[0]?.hba_file);
  before = await readFile(rules, 'utf8');
  await admin.query(`create role "${role}" login`);
  await rule(asksForPassword);
});
afterAll(async () => {
  await rule('');
  await admin.query(`drop role "${role}"`);
  await admin.end();
});
beforeEach(() => admin.query(`alter role "${role}" login valid until 'infinity' password '${old}'`));

async function tried(from = url, about = { node: `store:Role/${nameOf(from)}/${role}`, kind: null }) {
  const verdict = await probe.probe({ session: { from }, about, secret: old, signal });
  expect(verdict.evidence).not.toContain(old);
  return verdict.result;
}

test.each([
  ['the password is another one', `password 'new'`],
  ['it has expired', `valid until '2001-01-01'`],
  ['the role may not log in', 'nologin'],
])('alive, and dead once %s', async (_, change) => {
  await expect.poll(() => tried()).toBe('alive');
  await admin.query(`alter role "${role}" ${change}`);
  expect(await tried()).toBe('dead');
});

test('a rule that keeps us out, or lets everybody in, says nothing of the password', async () => {
  await rule(`host all "${role}" 127.0.0.1/32 reject`);
  await expect.poll(() => tried()).toBe('cannot-tell');
  await rule(`host all "${role}" 127.0.0.1/32 trust`);
  await expect.poll(() => tried()).toBe('cannot-tell');
  await rule(asksForPassword);
  await expect.poll(() => tried()).toBe('alive');
});

test('a database that cannot be reached tells nothing, and another one never issued it', async () => {
  const away = new URL(url);
  away.port = '1';
  expect(await tried(away.href)).toBe('cannot-tell');
  expect(probe.issuedAt({ from: url }, { node: 'store:Role/another/bot', kind: null })).toBe(false);
});
