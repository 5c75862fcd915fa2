/** A command leaves at most once, and what became of it is told as it is: done, not done, or not known. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FirebreakError } from '@firebreak/contract';
import { afterEach, expect, test } from 'vitest';
import { type CommandReply, openCommands } from './http-command.ts';
import { writeOutcome } from './outcome.ts';

const signal = new AbortController().signal;
let server: Server | undefined;
let seen = 0;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  seen = 0;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer((request, response) => {
    seen += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function put(base: string, options: { timeoutMs?: number; maxBytes?: number } = {}): Promise<CommandReply> {
  const commands = openCommands({ base, headers: { authorization: 'Bearer hidden' }, ...options });
  const reply = await commands.send({ method: 'PUT', path: '/thing', json: { on: false } }, signal);
  await commands.close();
  return reply;
}
const outcome = (reply: CommandReply) => (reply.ok ? 'done' : writeOutcome(reply, 'PUT /thing'));

test('what is sent is what was given, once', async () => {
  let body = '';
  const base = await serve((request, response) => {
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => response.writeHead(204).end());
  });
  expect(await put(base)).toMatchObject({ ok: true, status: 204 });
  expect([seen, body]).toEqual([1, '{"on":false}']);
});

test.each([
  [401, 'FB-HTTP-UNAUTHORIZED', false],
  [403, 'FB-HTTP-FORBIDDEN', false],
  [404, 'FB-HTTP-NOT-FOUND', false],
  [405, 'FB-STEP-REFUSED', false],
  [409, 'FB-STEP-CHANGED', true],
  [412, 'FB-STEP-CHANGED', true],
  [422, 'FB-STEP-REFUSED', false],
  [423, 'FB-STEP-CHANGED', true],
  [429, 'FB-HTTP-THROTTLED', true],
  [302, 'FB-STEP-REFUSED', false],
])('status %i is a refusal, and not repeated', async (status, code, retryable) => {
  const base = await serve((_, response) =>
    response.writeHead(status, { location: '/elsewhere', 'retry-after': '0' }).end('{"echo":"hidden"}'),
  );
  expect(outcome(await put(base))).toMatchObject({ outcome: 'refused', code, retryable });
  expect(JSON.stringify(outcome(await put(base)))).not.toContain('hidden');
  expect(seen).toBe(2);
});

test.each([500, 502, 503, 504])('status %i leaves it unknown: it may have been done', async (status) => {
  const base = await serve((_, response) => response.writeHead(status).end());
  expect(outcome(await put(base))).toMatchObject({ outcome: 'unknown' });
  expect(seen).toBe(1);
});

test('no answer, half an answer and too long an answer leave it unknown, and are not repeated', async () => {
  const endings: readonly RequestListener[] = [
    () => {},
    (request) => request.socket.destroy(),
    (_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('1');
      setTimeout(() => response.destroy(), 20);
    },
    (_, response) => response.end('x'.repeat(2000)),
  ];
  for (const ending of endings) {
    const base = await serve(ending);
    expect(outcome(await put(base, { timeoutMs: 200, maxBytes: 1000 }))).toMatchObject({ outcome: 'unknown' });
    expect(seen).toBe(1);
    seen = 0;
    server?.closeAllConnections();
    server?.close();
  }
});

test('where there is no connection nothing was done, and it may be tried again', async () => {
  const base = await serve(() => {});
  await new Promise<void>((resolve) => server?.close(() => resolve()));
  expect(outcome(await put(base))).toMatchObject({
    outcome: 'refused',
    code: 'FB-HTTP-UNREACHABLE',
    retryable: true,
  });
});

test('another server is not spoken to, and a signal ends it', async () => {
  const base = await serve((_, response) => response.end());
  const commands = openCommands({ base });
  const away = await commands.send({ method: 'DELETE', path: 'http://evil.invalid/thing' }, signal);
  expect(outcome(away)).toMatchObject({ outcome: 'refused' });
  expect(seen).toBe(0);
  const ended = commands.send({ method: 'PUT', path: '/thing' }, AbortSignal.abort());
  await expect(ended).rejects.toBeInstanceOf(FirebreakError);
  await commands.close();
});
