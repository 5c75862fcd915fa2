/** One request, and what is said of its end: above all whether it may have taken effect. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { jsonOf, sendOnce } from './send-once.ts';
import { type Handler, sendJson, sendWithoutEnd, startServer, type TestServer } from './testing/server.case.ts';

const signal = new AbortController().signal;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
async function answering(handler: Handler) {
  server = await startServer(handler);
  return server.url;
}

test('an answer is an answer, whatever its status; JSON is read where it is', async () => {
  const url = await answering((request, response) =>
    sendJson(response, { method: request.method }, 418, { etag: '"v1"' }),
  );
  const answer = await sendOnce({ url, method: 'PATCH', body: '{}' }, signal);
  if (!answer.ok) throw new Error(answer.reason);
  expect([answer.status, answer.header('etag'), jsonOf(answer)]).toEqual([418, '"v1"', { method: 'PATCH' }]);
  expect(jsonOf({ ...answer, body: Buffer.from('{') })).toBeUndefined();
});

test('a redirect is an answer: nothing goes where nobody named', async () => {
  const url = await answering((request, response) =>
    request.url === '/' ? response.writeHead(307, { location: '/elsewhere' }).end() : sendJson(response, {}),
  );
  expect(
    await sendOnce({ url, method: 'POST', body: 'x', headers: { authorization: 'Bearer x' } }, signal),
  ).toMatchObject({ ok: true, status: 307 });
  expect(server?.seen.length).toBe(1);
});

test.each<[string, Handler, object, object]>([
  ['never comes', () => {}, { timeoutMs: 100 }, { failure: 'timeout', sent: true }],
  ['does not end', (_, response) => sendWithoutEnd(response), { maxBytes: 1000 }, { failure: 'too-large', sent: true }],
  ['is broken off', (request) => request.socket.destroy(), {}, { failure: 'unreachable', sent: true }],
])('an answer that %s may have taken effect', async (_, handler, more, expected) => {
  expect(await sendOnce({ url: await answering(handler), method: 'POST', ...more }, signal)).toMatchObject({
    ok: false,
    ...expected,
  });
});

test('what is not HTTP may have taken effect', async () => {
  const talker = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.end('hello\r\n\r\n');
  });
  await new Promise<void>((resolve) => talker.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(talker.address() as AddressInfo).port}`;
  expect(await sendOnce({ url, method: 'GET' }, signal)).toMatchObject({
    ok: false,
    failure: 'response-invalid',
    sent: true,
  });
  await new Promise((resolve) => talker.close(resolve));
});

test.each([
  ['nobody listens', 'http://127.0.0.1:9/'],
  ['another machine without TLS', 'http://192.0.2.1/'],
  ['a name without TLS', 'http://gateway.example.com/'],
  ['credentials in the address', 'https://u:p@gateway.example.com/'],
  ['no web address', 'file:///etc/passwd'],
  ['no address', 'not an address'],
])('nothing happened: %s', async (_, url) => {
  expect(await sendOnce({ url, method: 'POST' }, signal)).toMatchObject({ ok: false, sent: false });
});

test('a signal ends it, and throws', async () => {
  const controller = new AbortController();
  const url = await answering(() => controller.abort());
  await expect(sendOnce({ url, method: 'GET' }, controller.signal)).rejects.toMatchObject({ code: 'FB-CANCELLED' });
  await expect(sendOnce({ url, method: 'GET' }, controller.signal)).rejects.toMatchObject({ code: 'FB-CANCELLED' });
});

test('no secret is in a reason', async () => {
  const url = await answering((request) => request.socket.destroy());
  const ended = await sendOnce(
    { url: `${url}/?key=hunter2`, method: 'GET', headers: { authorization: 'Bearer hunter2' } },
    signal,
  );
  expect(JSON.stringify(ended)).not.toContain('hunter2');
});
