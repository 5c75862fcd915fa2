import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

let server: ServerUnderTest;
let address: string;
let headers: { cookie: string };
beforeAll(async () => {
  server = await serverUnderTest();
  address = await server.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.stop());
beforeEach(async () => {
  headers = await server.signedIn('viewer');
});
afterEach(async () => {
  vi.useRealTimers();
  server.events.close();
});

interface Listener {
  readonly response: IncomingMessage;
  /** Waits until this was heard, all in all. */
  heard(text: string): Promise<void>;
  readonly ended: Promise<void>;
}

async function listen(): Promise<Listener> {
  const request = get(`${address}/api/events`, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let all = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  response.on('error', () => {});
  return {
    response,
    ended,
    heard: async (text) => {
      while (!all.includes(text)) await once(response, 'data');
    },
  };
}

test('an event reaches everybody who listens, with no name and nothing but type and incident', async () => {
  const listeners = [await listen(), await listen()];
  expect(listeners[0]?.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  server.events.send({ type: 'plan', incident: 'inc_1\nevent: x' });
  for (const { heard } of listeners)
    await heard('retry: 1000\n\ndata: {"type":"plan","incident":"inc_1\\nevent: x"}\n\n');
});

test('who leaves is forgotten', async () => {
  const { response } = await listen();
  expect(server.events.size).toBe(1);
  response.destroy();
  while (server.events.size > 0) await turn();
});

test('who does not read is cut off, and who reads is not', async () => {
  const reader = await listen();
  const idler = await listen();
  idler.response.pause();
  let sent = 0;
  for (; server.events.size === 2; sent += 1) {
    if (sent > 1_000_000) throw new Error('the idler was never cut off');
    server.events.send({ type: 'plan', incident: `inc_${sent}`.padEnd(1000, 'x') });
    if (sent % 8 === 0) await turn();
  }
  server.events.send({ type: 'plan', incident: 'the last one' });
  await reader.heard('the last one');
  expect(server.events.size).toBe(1);
  idler.response.resume();
  await idler.ended;
});

test('a heartbeat keeps the stream alive as long as the sign-in holds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const listener = await listen();
  vi.advanceTimersByTime(15_000);
  await listener.heard(': still here\n\n');
  await server.app.inject({ method: 'POST', url: '/api/sign-out', headers });
  vi.advanceTimersByTime(15_000);
  await listener.ended;
  expect(listener.response.complete).toBe(true);
  expect(server.events.size).toBe(0);
});

test('shutting down ends every stream', async () => {
  const listener = await listen();
  await server.app.close();
  await listener.ended;
  expect(listener.response.complete).toBe(true);
});
