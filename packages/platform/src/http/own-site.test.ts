import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

let server: ServerUnderTest;
let cookie: string;
beforeAll(async () => {
  server = await serverUnderTest({ hosts: ['Firebreak.example'] });
  ({ cookie } = await server.signedIn('admin'));
});
afterAll(() => server.stop());

const status = async (method: 'GET' | 'POST', url: string, headers: Record<string, string>) => {
  const answer = await server.app.inject({ method, url, headers: { cookie, ...headers } });
  if (answer.statusCode === 403) expect(answer.json()).toMatchObject({ code: 'FB-ORIGIN-REFUSED' });
  return answer.statusCode;
};

test.each(['localhost', 'LOCALHOST:7447', '127.0.0.1:7447', '[::1]:7447', 'firebreak.example:443'])(
  '%s is one of our names',
  async (host) => expect(await status('GET', '/api/me', { host })).toBe(200),
);

test.each([
  'evil.example',
  'evil.example:7447',
  'localhost.evil.example',
  '127.0.0.1.nip.io',
  '127.0.0.2',
  'evil@localhost',
  'localhost:7447:80',
  '[::1',
])('%j is none, for files as for the API', async (host) => {
  expect(await status('GET', '/api/me', { host })).toBe(403);
  expect(await status('GET', '/', { host })).toBe(403);
});

test('a request without Host is for nobody here', async () => {
  const { port } = new URL(await server.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(`GET /api/health HTTP/1.0\r\n\r\n`);
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain('FB-ORIGIN-REFUSED');
});

test.each(['https://evil.example', 'http://localhost:9999', 'null', 'http://localhost', 'file://', 'nonsense'])(
  'a page of %s changes nothing',
  async (origin) => {
    const host = 'localhost:7447';
    expect(await status('POST', '/api/estate/collect', { host, origin })).toBe(403);
  },
);

test('our own page does', async () => {
  const headers = { host: 'localhost:7447', origin: 'http://localhost:7447', 'sec-fetch-site': 'same-origin' };
  expect(await status('POST', '/api/estate/collect', headers)).toBe(200);
});

test('a browser that says that another site asks gets nothing from the API, and the console all the same', async () => {
  for (const asking of ['cross-site', 'same-site']) {
    expect(await status('GET', '/api/incidents', { 'sec-fetch-site': asking })).toBe(403);
    expect(await status('GET', '/', { 'sec-fetch-site': asking })).toBe(200);
  }
  for (const asking of ['same-origin', 'none'])
    expect(await status('GET', '/api/incidents', { 'sec-fetch-site': asking })).toBe(200);
});

test('no answer allows another origin to read it', async () => {
  const answer = await server.app.inject({
    url: '/api/me',
    headers: { cookie, origin: 'https://evil.example' },
  });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
});
