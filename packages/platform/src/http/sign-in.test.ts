import { afterAll, beforeAll, expect, test } from 'vitest';
import { personName, sessionCookie } from './authenticate.ts';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

const hour = 3600_000;
let server: ServerUnderTest;
beforeAll(async () => {
  server = await serverUnderTest();
});
afterAll(() => server.stop());

const signIn = (body: object, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url: '/api/sign-in', payload: body, headers });
const me = (headers: Record<string, string>) => server.app.inject({ url: '/api/me', headers });

function cookieOf(response: Awaited<ReturnType<typeof signIn>>) {
  const cookie = response.cookies.find(({ name }) => name === sessionCookie);
  if (cookie === undefined) throw new Error(`no cookie came: ${response.body}`);
  return cookie;
}

test('a link lets one person in once, by a cookie that scripts and other sites never see', async () => {
  const { secret } = await server.authenticator.invite(null, 'admin', 'test');
  const first = await signIn({ link: secret, name: 'Ada' });
  expect(first.json()).toEqual({ name: 'Ada', role: 'admin', via: 'session' });
  const cookie = cookieOf(first);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  expect(cookie.secure).toBeUndefined();
  expect((await me({ cookie: `${sessionCookie}=${cookie.value}` })).json()).toEqual(first.json());

  const second = await signIn({ link: secret, name: 'Eve' });
  expect(second.statusCode).toBe(401);
  expect(second.json()).toMatchObject({ code: 'FB-AUTH-LINK-USED' });
  expect(second.cookies).toEqual([]);
});

test('of many who use a link at the same time one gets in', async () => {
  const { secret } = await server.authenticator.invite('Grace', 'viewer', 'test');
  const answers = await Promise.all(Array.from({ length: 8 }, () => signIn({ link: secret })));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
});

test('a link dies after a day, and one that never was is refused alike', async () => {
  const { secret } = await server.authenticator.invite(null, 'viewer', 'test');
  server.clock.advance(24 * hour);
  const late = await signIn({ link: secret });
  const never = await signIn({ link: 'never' });
  expect(late.statusCode).toBe(401);
  expect(late.json()).toEqual(never.json());
});

test('a session ends after twelve hours, a token when it expires', async () => {
  const session = await server.signedIn('viewer');
  const token = await server.withToken('viewer', 'admin');
  expect((await me(session)).statusCode).toBe(200);
  expect((await me({ authorization: token.authorization })).statusCode).toBe(200);
  server.clock.advance(hour);
  expect((await me(session)).statusCode).toBe(200);
  expect((await me({ authorization: token.authorization })).statusCode).toBe(401);
  server.clock.advance(11 * hour);
  expect((await me(session)).statusCode).toBe(401);
});

test('signing out ends the session, not only the cookie', async () => {
  const session = await server.signedIn('viewer');
  const out = await server.app.inject({ method: 'POST', url: '/api/sign-out', headers: session });
  expect(out.statusCode).toBe(200);
  expect(cookieOf(out).value).toBe('');
  expect((await me(session)).statusCode).toBe(401);
});

test('behind TLS the cookie stays in TLS', async () => {
  const { secret } = await server.authenticator.invite(null, 'viewer', 'test');
  const response = await signIn({ link: secret }, { host: 'localhost', origin: 'https://localhost' });
  expect(cookieOf(response).secure).toBe(true);
});

test('a token acts in the name of its owner, never above the role of either', async () => {
  const strong = await server.withToken('viewer', 'admin');
  expect((await me({ authorization: strong.authorization })).json()).toMatchObject({ role: 'viewer', via: 'token' });
  const weak = await server.withToken('admin', 'responder');
  const answer = await me({ authorization: weak.authorization });
  expect(answer.json()).toMatchObject({ role: 'responder', via: 'token' });
  expect(answer.json().name).toMatch(/^responder /);
});

test('a bad token is not rescued by a good cookie', async () => {
  const session = await server.signedIn('admin');
  for (const authorization of ['Bearer nonsense', 'Bearer', 'bearer  ', 'Bearer a b'])
    expect((await me({ ...session, authorization })).statusCode, authorization).toBe(401);
  // a proxy's own scheme is none of our business
  expect((await me({ ...session, authorization: 'Basic YTpi' })).statusCode).toBe(200);
});

test('a revoked token is refused at once', async () => {
  const token = await server.withToken('viewer', 'viewer');
  expect(await server.authStore.revokeToken(token.id)).toBe(true);
  expect((await me({ authorization: token.authorization })).statusCode).toBe(401);
});

test('nobody takes the name of another with another role', async () => {
  await server.signedIn('approver', 'Lin');
  const { secret } = await server.authenticator.invite(null, 'admin', 'test');
  for (const name of ['Lin', 'lin', '  LIN ', 'Ｌｉｎ']) {
    const taken = await signIn({ link: secret, name });
    expect(taken.statusCode, name).toBe(400);
  }
  expect((await signIn({ link: secret, name: 'Lin Chen' })).statusCode).toBe(200);
});

test.each(['worker:abc', '', '   ', 'a\nb', 'a\u001b[2Jb', '\u202Enimda', 'a'.repeat(81), '-rf'])(
  '%j is no name',
  async (name) => {
    expect(() => personName(name)).toThrow(/A name is/);
    await expect(server.authenticator.invite(name, 'viewer', 'test')).rejects.toMatchObject({ code: 'FB-USAGE' });
  },
);

test('names of people are names', () => {
  for (const name of ['Ada Lovelace', "Sinéad O'Connor", 'राम', 'on-call@example.com', '李雷']) personName(name);
  expect(personName(' Ada   Lovelace ')).toBe('Ada Lovelace');
});
