import { catalogue, type Route, roles, routes } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

let server: ServerUnderTest;
const cookies = new Map<string, string>();
beforeAll(async () => {
  server = await serverUnderTest();
  for (const role of roles) cookies.set(role, (await server.signedIn(role)).cookie);
});
afterAll(() => server.stop());

// signing out would end the session that the next case needs; the event stream has its own test
const table = Object.entries<Route>(routes).filter(([name]) => name !== 'signOut' && name !== 'events');

function ask(route: Route, headers: Record<string, string> = {}) {
  return server.app.inject({ method: route.method, url: route.path.replaceAll(/\{\w+\}/g, 'some-id'), headers });
}

test.each(table)('%s: who may and who may not', async (_name, route) => {
  if (route.role === 'public') {
    expect((await ask(route)).statusCode).not.toBe(401);
    return;
  }
  const nobody = await ask(route);
  expect(nobody.statusCode).toBe(401);
  expect(nobody.json()).toMatchObject({ code: 'FB-AUTH-REQUIRED', next: catalogue['FB-AUTH-REQUIRED'].next });
  for (const role of roles) {
    const answer = await ask(route, { cookie: cookies.get(role) ?? '' });
    const sends = role === 'sensor' && route.intake !== undefined;
    if (roles.indexOf(role) < roles.indexOf(route.role) && !sends) {
      expect(answer.statusCode, role).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'FB-AUTH-FORBIDDEN' });
    } else expect([401, 403, 404], role).not.toContain(answer.statusCode);
  }
});

test('every route of the contract is bound', () => {
  for (const { method, path } of Object.values<Route>(routes)) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    expect(server.app.hasRoute({ method, url }), `${method} ${path}`).toBe(true);
  }
});

test('who asks is settled before the body is read', async () => {
  const malformed = { method: 'POST', url: '/api/incidents', payload: '{"title', headers: {} } as const;
  const headers = { 'content-type': 'application/json' };
  expect((await server.app.inject({ ...malformed, headers })).statusCode).toBe(401);
  const viewer = { ...headers, cookie: cookies.get('viewer') ?? '' };
  expect((await server.app.inject({ ...malformed, headers: viewer })).statusCode).toBe(403);
});

test('the event stream needs a sign-in', async () => {
  expect((await server.app.inject({ url: '/api/events' })).statusCode).toBe(401);
  expect((await server.app.inject({ method: 'HEAD', url: '/api/events' })).statusCode).toBe(404);
});
