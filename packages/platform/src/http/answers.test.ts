import { once } from 'node:events';
import { request as send } from 'node:http';
import { catalogue, FirebreakError } from '@firebreak/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Handlers } from './handlers.ts';
import { type ServerUnderTest, serverUnderTest } from './testing/server-under-test.ts';

let server: ServerUnderTest;
let address: URL;
let headers: { cookie: string };
/** What the test at hand wants the routes to do. */
let handlers: Partial<Handlers> = {};
beforeAll(async () => {
  server = await serverUnderTest({
    handlers: {
      estate: (request) => handlers.estate?.(request) as never,
      execution: (request) => handlers.execution?.(request) as never,
      exportEvidence: (request) => handlers.exportEvidence?.(request) as never,
      incident: (request) => handlers.incident?.(request) as never,
      openIncident: (request) => handlers.openIncident?.(request) as never,
    },
    checkAnswers: true,
  });
  address = new URL(await server.app.listen({ host: '127.0.0.1', port: 0 }));
  headers = await server.signedIn('admin');
});
afterAll(() => server.stop());
beforeEach(() => {
  server.log.length = 0;
});

const ask = (url: string) => server.app.inject({ url, headers });

test('an error of the catalogue arrives with its status and its three sentences', async () => {
  handlers = {
    incident: async () => {
      throw new FirebreakError('FB-PLAN-STALE', 'Pod a is gone.', { detail: { pod: 'a' } });
    },
  };
  const answer = await ask('/api/incidents/x');
  const { what, next, status } = catalogue['FB-PLAN-STALE'];
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toEqual({ code: 'FB-PLAN-STALE', what, why: 'Pod a is gone.', next, detail: { pod: 'a' } });
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(server.log).toEqual([]);
});

test('a surprise is told to the log and not to the caller', async () => {
  const surprises: Record<string, () => never> = {
    error: () => {
      throw new Error('password=hunter2');
    },
    // a peer's answer that some client library throws must not become ours
    status: () => {
      throw Object.assign(new Error('password=hunter2'), { statusCode: 418, code: 'ERR_PEER' });
    },
    text: () => {
      throw 'password=hunter2';
    },
    nothing: () => {
      throw undefined;
    },
  };
  handlers = { incident: async ({ params }) => surprises[params.id]?.() as never };
  for (const kind of Object.keys(surprises)) {
    const answer = await ask(`/api/incidents/${kind}`);
    expect(answer.statusCode, kind).toBe(500);
    expect(answer.json(), kind).toMatchObject({ code: 'FB-INTERNAL' });
    expect(answer.body).not.toContain('hunter2');
  }
  expect(server.log.join()).toContain('hunter2');
});

test('an answer of another form than agreed is noticed where answers are checked', async () => {
  const estate = {
    source: 'demo',
    collectedAt: '2026-03-01T09:00:00.000Z',
    counts: {},
    nodes: 1,
    edges: 0,
    jewels: 0,
    completeness: { answer: 'complete' as const },
  };
  const answers: Record<string, unknown> = {
    good: estate,
    less: { ...estate, nodes: undefined },
    other: { ...estate, nodes: '1' },
    more: { ...estate, kubeconfig: '/root/.kube/config' },
  };
  let which = '';
  handlers = { estate: async () => answers[which] as never };
  const statuses: Record<string, number> = {};
  for (which of Object.keys(answers)) statuses[which] = (await ask('/api/estate')).statusCode;
  expect(statuses).toEqual({ good: 200, less: 500, other: 500, more: 500 });
});

test('an answer that may be null is null', async () => {
  handlers = { execution: async () => null };
  const answer = await ask('/api/incidents/x/execution');
  expect(answer.body).toBe('null');
  expect(answer.headers['content-type']).toContain('application/json');
});

test('a file comes whole, under a name that cannot break the header', async () => {
  handlers = {
    exportEvidence: async () => ({
      name: 'a"; filename="../../b\r\nx: y.tar',
      chunks: (async function* () {
        yield Buffer.from('one ');
        yield Buffer.from('two');
      })(),
    }),
  };
  const answer = await ask('/api/incidents/x/evidence');
  expect(answer.body).toBe('one two');
  expect(answer.headers['content-type']).toBe('application/x-tar');
  expect(answer.headers['content-disposition']).toBe('attachment; filename="a___filename__.._.._b__x__y.tar"');
});

test('a file that cannot be begun is an error, one that breaks off is no whole file', async () => {
  handlers = {
    exportEvidence: async ({ params }) => ({
      name: 'evidence.tar',
      chunks: (async function* () {
        if (params.id === 'late') yield Buffer.alloc(1000);
        throw new FirebreakError('FB-NOT-FOUND', 'The incident has no entry.');
      })(),
    }),
  };
  const early = await ask('/api/incidents/early/evidence');
  expect(early.statusCode).toBe(404);
  expect(early.json()).toMatchObject({ code: 'FB-NOT-FOUND' });
  expect(early.headers['content-disposition']).toBeUndefined();

  const late = await fetch(new URL('/api/incidents/late/evidence', address), { headers });
  await expect(late.arrayBuffer()).rejects.toThrow();
});

test('a handler learns that the client went away, also when it had a body to read', async () => {
  const begun: Promise<AbortSignal>[] = [];
  const starts: ((signal: AbortSignal) => void)[] = [];
  for (let i = 0; i < 2; i += 1) begun.push(new Promise((resolve) => starts.push(resolve)));
  const work = async (signal: AbortSignal) => {
    starts.shift()?.(signal);
    await once(signal, 'abort');
    throw signal.reason;
  };
  handlers = {
    incident: ({ signal }) => work(signal) as never,
    openIncident: ({ signal }) => work(signal) as never,
  };
  const requests = [
    { path: '/api/incidents/x', method: 'GET', body: '' },
    { path: '/api/incidents', method: 'POST', body: JSON.stringify({ title: 'a', compromised: ['b'] }) },
  ];
  for (const [at, { path, method, body }] of requests.entries()) {
    const request = send({
      host: address.hostname,
      port: address.port,
      path,
      method,
      headers: { ...headers, 'content-type': 'application/json' },
    }).on('error', () => {});
    request.end(body);
    const signal = await begun[at];
    expect(signal?.aborted).toBe(false);
    request.destroy();
    if (signal?.aborted === false) await once(signal, 'abort');
    expect(signal?.reason).toMatchObject({ code: 'FB-CANCELLED' });
  }
});
