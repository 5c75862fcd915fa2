import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { routes } from '@firebreak/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

let server: ServerUnderTest;
let seen: z.output<typeof routes.openIncident.body> | undefined;
let headers: Record<string, string>;
beforeAll(async () => {
  server = await serverUnderTest({
    handlers: {
      openIncident: async ({ body }) => {
        seen = body;
        return { handled: true } as never;
      },
    },
  });
  headers = await server.signedIn('admin');
});
afterAll(() => server.stop());
beforeEach(() => {
  seen = undefined;
});

const good = { title: 'A title', compromised: ['kubernetes:Pod/a/b'] };

function open(payload: string | object, more: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json' };
  return server.app.inject({
    method: 'POST',
    url: '/api/incidents',
    payload,
    headers: { ...type, ...headers, ...more },
  });
}

test('a body reaches the handler parsed, defaults filled in and nothing else', async () => {
  expect((await open({ ...good, admin: true })).statusCode).toBe(200);
  expect(seen).toEqual({ ...good, protect: 'default' });
});

test.each<[string, unknown, string]>([
  ['a missing field', { compromised: ['a'] }, 'In the body at title:'],
  ['a field of another type', { ...good, title: 7 }, 'In the body at title:'],
  ['an empty list', { ...good, compromised: [] }, 'In the body at compromised:'],
  ['an item of another type', { ...good, compromised: ['a', {}] }, 'In the body at compromised.1:'],
  ['null', null, 'In the body:'],
  ['a list', [good], 'In the body:'],
])('%s names the field', async (_, body, why) => {
  const answer = await open(JSON.stringify(body));
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'FB-USAGE', why: expect.stringContaining(why) });
  expect(seen).toBeUndefined();
});

test('no body is an empty one', async () => {
  const answer = await server.app.inject({ method: 'POST', url: '/api/incidents', headers });
  expect(answer.json().why).toContain('In the body at');
});

test.each([
  ['malformed', '{"title": "A'],
  ['empty', ''],
  ['with __proto__', '{"__proto__": {"role": "admin"}, "title": "A", "compromised": ["a"]}'],
  ['with constructor.prototype', '{"constructor": {"prototype": {"x": 1}}, "title": "A", "compromised": ["a"]}'],
])('JSON that is %s is refused before the handler', async (_, body) => {
  const answer = await open(body);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'FB-USAGE' });
  expect(seen).toBeUndefined();
  expect(({} as Record<string, unknown>).role).toBeUndefined();
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/xml'])(
  'a body of %s is refused',
  async (type) => {
    const answer = await open(JSON.stringify(good), { 'content-type': type });
    expect(answer.statusCode).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'FB-USAGE' });
    expect(seen).toBeUndefined();
  },
);

test('two megabytes are too much for an incident and not for a plan', async () => {
  const large = JSON.stringify({ ...good, title: 'x'.repeat(2 << 20) });
  const refused = await open(large);
  expect(refused.statusCode).toBe(413);
  expect(refused.json()).toMatchObject({ code: 'FB-USAGE' });
  const plan = await server.app.inject({
    method: routes.previewPlan.method,
    url: routes.previewPlan.path,
    payload: large,
    headers: { ...headers, 'content-type': 'application/json' },
  });
  expect(plan.json().why).toContain('In the body at format');
});

test('path and query are held to the contract', async () => {
  const long = await server.app.inject({ url: `/api/incidents/${'x'.repeat(2000)}`, headers });
  expect(long.statusCode).toBe(400);
  expect(long.json().why).toContain('In the path at id');
  for (const query of ['limit=0', 'limit=many', 'limit=1&limit=2', 'limit=1e9']) {
    const answer = await server.app.inject({ url: `/api/nodes?${query}`, headers });
    expect(answer.statusCode, query).toBe(400);
    expect(answer.json().why).toContain('In the query at limit');
  }
});

test.each(['/api', '/api/', '/api/nothing', '/api/incidents/a/b/c', '/api/%2e%2e/health', '/api/nothing?secret=1'])(
  'there is no %s, and that is said in JSON',
  async (url) => {
    const answer = await server.app.inject({ url, headers: { ...headers, accept: 'text/html' } });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.json()).toMatchObject({ code: 'FB-NOT-FOUND' });
    expect(answer.body).not.toContain('secret');
  },
);

test('a method that a path does not have is not found', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
    expect((await server.app.inject({ method, url: '/api/me', headers })).json().code).toBe('FB-NOT-FOUND');
});

test("a path that cannot be decoded is our error, not the framework's", async () => {
  const answer = await server.app.inject({ url: '/api/incidents/%E0%A4%A', headers });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'FB-USAGE', what: expect.any(String), next: expect.any(String) });
});

test('what is no HTTP gets the same form', async () => {
  const { port } = new URL(await server.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.end('NONSENSE\r\n\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'FB-USAGE' });
});
