/** What GitHub's limits, circles and lies mean for a command. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { writeOutcome } from '../../../exchange/outcome.ts';
import { openControl } from './control.ts';

const signal = new AbortController().signal;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function control(listener: RequestListener) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return openControl({ apiUrl, owner: 'Acme', repository: 'Models', token: 'hidden' });
}
const json = { 'content-type': 'application/json' };

test.each([
  ['a used-up limit', 403, { 'x-ratelimit-remaining': '0' }, '{}'],
  ['a wait that is told', 403, { 'retry-after': '60' }, '{}'],
  ['too many requests', 429, {}, '{}'],
  ['the secondary limit', 403, {}, '{"message":"You have exceeded a secondary rate limit. Please wait."}'],
])('%s is a refusal for now', async (_, status, headers, body) => {
  let asked = 0;
  const github = await control((__, response) => {
    asked += 1;
    response.writeHead(status, { ...json, ...headers }).end(body);
  });
  const reply = await github.send({ method: 'PUT', path: '/x' }, signal);
  expect(reply.ok || writeOutcome(reply, 'PUT /x')).toMatchObject({
    outcome: 'refused',
    code: 'FB-HTTP-THROTTLED',
    retryable: true,
  });
  expect(asked).toBe(1);
  await github.close();
});

test('being forbidden is a refusal for good', async () => {
  const github = await control((_, response) =>
    response.writeHead(403, { ...json, 'x-ratelimit-remaining': '4999' }).end('{"message":"Resource not accessible"}'),
  );
  const reply = await github.send({ method: 'PUT', path: '/x' }, signal);
  expect(reply.ok || writeOutcome(reply, 'PUT /x')).toMatchObject({ code: 'FB-HTTP-FORBIDDEN', retryable: false });
  await github.close();
});

test('half a listing is none: from it nobody may conclude that something is gone', async () => {
  const github = await control((request, response) => {
    if (request.url?.includes('page=2') === true) return response.writeHead(502).end();
    const next = `<http://${request.headers.host}/x?per_page=100&page=2>; rel="next"`;
    return response.writeHead(200, { ...json, link: next }).end('[{"id":1}]');
  });
  expect(await github.list('/x', undefined, signal)).toMatchObject({ ok: false, failure: 'server-error' });
  await github.close();
});

test('a listing without an end, and one that is no list, are told as such', async () => {
  const endless = await control((request, response) => {
    const next = `<http://${request.headers.host}/x?page=2>; rel="next"`;
    response.writeHead(200, { ...json, link: next }).end('[1]');
  });
  expect(await endless.list('/x', undefined, signal)).toMatchObject({ ok: false, failure: 'endless' });
  await endless.close();
  server?.close();
  const odd = await control((_, response) => response.writeHead(200, json).end('{"keys":7}'));
  expect(await odd.list('/x', 'keys', signal)).toMatchObject({ ok: false, failure: 'response-invalid' });
  await odd.close();
});

test('whose API it is, is asked once', async () => {
  let asked = 0;
  const github = await control((_, response) => {
    asked += 1;
    response.writeHead(200, json).end('{"html_url":"https://github.example/Acme/Models"}');
  });
  expect(github.knownHost()).toBeUndefined();
  expect(await github.host(signal)).toBe('github.example');
  expect(await github.host(signal)).toBe('github.example');
  expect([github.knownHost(), asked]).toEqual(['github.example', 1]);
  expect([github.owner, github.repository]).toEqual(['acme', 'models']);
  await github.close();
});
