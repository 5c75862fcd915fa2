import { afterAll, beforeAll, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { type AuthStore, createAuthStore } from './auth-store.ts';
import { type Database, openDatabase } from './database.ts';
import { testServer } from './test-database.ts';

const server = await testServer();
const clock = settableClock('2026-03-01T12:00:00Z');
const inAnHour = new Date('2026-03-01T13:00:00Z');
let database: Database;
let store: AuthStore;
beforeAll(async () => {
  database = await openDatabase(await server.database());
  store = createAuthStore(database, clock);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

async function signedIn(name: string, role: 'viewer' | 'approver' | 'admin' = 'approver') {
  const secret = `link of ${name} ${role} ${Math.random()}`;
  await store.createLink({ secret, name, role, expiresAt: inAnHour, createdBy: 'test' });
  const use = await store.useLink(secret, 'ignored');
  if (use.result !== 'signed-in') throw new Error(use.result);
  return use.principal;
}

test('a link lets one of many in, once', async () => {
  expect(await store.anybody()).toBe(false);
  await store.createLink({ secret: 'one', name: null, role: 'admin', expiresAt: inAnHour, createdBy: 'test' });
  const uses = await Promise.all(Array.from({ length: 6 }, (_, at) => store.useLink('one', `person ${at}`)));
  expect(uses.map(({ result }) => result).sort()).toEqual([...Array(5).fill('refused'), 'signed-in']);
  expect(await store.useLink('one', 'late')).toEqual({ result: 'refused' });
  expect(await store.useLink('none', 'x')).toEqual({ result: 'refused' });
  expect(await store.anybody()).toBe(true);
});

test('an expired link lets nobody in', async () => {
  await store.createLink({ secret: 'old', name: 'x', role: 'viewer', expiresAt: clock.now(), createdBy: 'test' });
  expect(await store.useLink('old', 'x')).toEqual({ result: 'refused' });
});

test('a name is one person: nobody takes it by choosing it', async () => {
  const ann = await signedIn('Ann');
  await store.createLink({ secret: 'free', name: null, role: 'admin', expiresAt: inAnHour, createdBy: 'test' });
  expect(await store.useLink('free', 'ANN')).toEqual({ result: 'name-taken' });
  // the link stays good for another name
  expect((await store.useLink('free', 'Bob')).result).toBe('signed-in');
  // an invitation that says her name is hers, and changes her role
  expect(await signedIn('ann', 'viewer')).toEqual({ ...ann, role: 'viewer' });
});

test('sessions end by themselves and when they are ended', async () => {
  const principal = await signedIn('Cem');
  await store.createSession({ secret: 'cookie', principal: principal.id, expiresAt: inAnHour });
  expect(await store.session('cookie')).toEqual({ principal, expiresAt: inAnHour });
  expect(await store.session('other')).toBeNull();
  await store.endSession('cookie');
  expect(await store.session('cookie')).toBeNull();
  await store.createSession({ secret: 'short', principal: principal.id, expiresAt: new Date('2026-03-01T12:00:01Z') });
  clock.advance(1_000);
  expect(await store.session('short')).toBeNull();
});

test('tokens act for their owner and never exceed the role that the owner has now', async () => {
  const owner = await signedIn('Dee', 'admin');
  const { id } = await store.createToken({
    secret: 'text',
    name: 'ci',
    role: 'approver',
    owner: owner.id,
    expiresAt: inAnHour,
  });
  expect(await store.token('text')).toEqual({
    id,
    name: 'ci',
    role: 'approver',
    owner,
    expiresAt: inAnHour,
    lastUsedAt: clock.now(),
  });
  await signedIn('Dee', 'viewer');
  expect((await store.token('text'))?.role).toBe('viewer');
  expect((await store.tokens()).map((token) => token.id)).toEqual([id]);
  expect(await store.revokeToken(id)).toBe(true);
  expect(await store.revokeToken(id)).toBe(false);
  expect(await store.token('text')).toBeNull();
});

test('no secret is kept as it is, and what expired is swept', async () => {
  const { id } = await signedIn('Eve');
  await store.createLink({ secret: 'plain-link', name: 'z', role: 'viewer', expiresAt: inAnHour, createdBy: 'test' });
  await store.createSession({ secret: 'plain-session', principal: id, expiresAt: inAnHour });
  await store.createToken({ secret: 'plain-token', name: 't', role: 'viewer', owner: id, expiresAt: inAnHour });
  const everything = async () => {
    const rows = await database.query<{ text: string }>(
      `select row_to_json(i)::text || encode(secret_hash, 'escape') as text from invitation i
       union all select row_to_json(s)::text || encode(secret_hash, 'escape') from session s
       union all select row_to_json(t)::text || encode(secret_hash, 'escape') from api_token t`,
    );
    return rows.map(({ text }) => text);
  };
  expect((await everything()).length).toBeGreaterThanOrEqual(3);
  expect((await everything()).join()).not.toMatch(/plain-/);
  clock.set(inAnHour);
  await store.sweep();
  expect(await everything()).toEqual([]);
});
