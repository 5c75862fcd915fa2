/** The SDK against servers that page forever, throttle, let credentials expire, answer too much or not at all. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import aws from '../index.ts';
import { openLive } from './live.ts';
import { accountSession } from './session.ts';

const signal = new AbortController().signal;
const limits = { maxPages: 5, maxBytes: 200_000, timeoutMs: 300, attempts: 2 };
type Handler = (path: string, body: string, response: ServerResponse) => void;
let handler: Handler = () => {};
let asked: string[] = [];
const server = createServer(async (request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  asked.push(request.url ?? '');
  if (body.includes('GetCallerIdentity') && !failing.identity) {
    response.setHeader('content-type', 'text/xml');
    response.end(identity);
  } else handler(request.url ?? '', body, response);
});
const failing = { identity: false };
const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/reader</Arn><UserId>A</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

beforeEach(async () => {
  asked = [];
  failing.identity = false;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'reader');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'top-secret-key');
  if (!server.listening) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
});

const open = () =>
  openLive({ regions: ['eu-west-1'], endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, limits });
const listFunctions = {
  service: 'lambda',
  operation: 'ListFunctions',
  region: 'eu-west-1',
  input: {},
  about: [],
} as const;

async function ask(question: Parameters<Awaited<ReturnType<typeof open>>['ask']>[0] = listFunctions) {
  const calls = await open();
  try {
    return await calls.ask(question, signal);
  } finally {
    calls.close();
  }
}
function json(response: ServerResponse, status: number, value: unknown, name?: string): void {
  response.statusCode = status;
  if (name !== undefined) response.setHeader('x-amzn-errortype', name);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

test('all pages are one answer', async () => {
  handler = (path, _, response) => {
    const page = Number(new URL(path, 'http://x').searchParams.get('Marker') ?? '0');
    json(response, 200, {
      Functions: [{ FunctionName: `f${page}` }],
      ...(page < 2 ? { NextMarker: String(page + 1) } : {}),
    });
  };
  expect(await ask()).toMatchObject({
    ok: true,
    value: { Functions: [0, 1, 2].map((page) => ({ FunctionName: `f${page}` })) },
  });
});

test('a listing without end is cut, and says so; so is one that begins again', async () => {
  let page = 0;
  handler = (_, __, response) => json(response, 200, { Functions: [{ FunctionName: 'f' }], NextMarker: `m${page++}` });
  expect(await ask()).toMatchObject({ ok: true, cut: { failure: 'endless' } });
  expect(asked.length).toBe(5);
  handler = (_, __, response) => json(response, 200, { Functions: [{ FunctionName: 'f' }], NextMarker: 'same' });
  expect(await ask()).toMatchObject({ ok: true, cut: { failure: 'endless' } });
});

test('a service that keeps throttling is left alone', async () => {
  handler = (_, __, response) => json(response, 429, { message: 'Rate exceeded' }, 'TooManyRequestsException');
  const calls = await open();
  expect(await calls.ask(listFunctions, signal)).toMatchObject({ ok: false, failure: 'throttled' });
  const before = asked.length;
  expect(before).toBe(limits.attempts);
  expect(await calls.ask({ ...listFunctions, about: ['again'] }, signal)).toMatchObject({
    ok: false,
    failure: 'throttled',
  });
  expect(asked.length).toBe(before);
  calls.close();
});

test.each([
  [403, 'AccessDeniedException', 'denied'],
  [404, 'ResourceNotFoundException', 'absent'],
  [400, 'ValidationException', 'refused'],
  [500, 'ServiceException', 'server-error'],
])('%i %s is %s', async (status, name, failure) => {
  handler = (_, __, response) => json(response, status, { message: 'echo top-secret-key' }, name);
  const answer = await ask();
  expect(answer).toMatchObject({ ok: false, failure });
  expect(JSON.stringify(answer)).not.toContain('top-secret-key');
});

test('an answer that is too long, is none, or does not come', async () => {
  handler = (_, __, response) => json(response, 200, { Functions: [], padding: 'x'.repeat(300_000) });
  expect(await ask()).toMatchObject({ ok: false, failure: 'too-large' });
  handler = (_, __, response) => response.end('<html>');
  expect(await ask()).toMatchObject({ ok: false, failure: 'invalid' });
  handler = () => {};
  expect(await ask()).toMatchObject({ ok: false, failure: 'timeout' });
});

test('a credential that expires midway ends the asking, and every kind that was not read is named', async () => {
  let served = 0;
  handler = (_, __, response) => {
    served += 1;
    if (served > 2) failing.identity = true;
    json(response, 403, { message: 'expired' }, served > 2 ? 'ExpiredTokenException' : 'AccessDeniedException');
  };
  const calls = await open();
  const session = accountSession(calls);
  const { estate, gaps } = await collectSession({ ...aws, collect: () => session.collect(signal) }, session, signal);
  await session.close();
  expect(estate.all('aws.account')).toHaveLength(1);
  const expired = gaps.filter(({ code }) => code === 'FB-HTTP-UNAUTHORIZED');
  const kinds = new Set(expired.flatMap((gap) => gap.kinds));
  for (const kind of ['aws.bucket', 'aws.secret', 'aws.function', 'aws.training-job', 'aws.agent-runtime'])
    expect(kinds).toContain(kind);
  // One look at every reading's first question would be dozens of requests.
  expect(asked.length).toBeLessThan(12);
});

test('a credential that one region does not take is a refusal there, and the others are read', async () => {
  handler = (_, __, response) => json(response, 403, {}, 'UnrecognizedClientException');
  const calls = await open();
  expect(await calls.ask(listFunctions, signal)).toMatchObject({ ok: false, failure: 'denied' });
  handler = (_, __, response) => json(response, 200, { Functions: [] });
  expect(await calls.ask({ ...listFunctions, region: 'eu-central-1' }, signal)).toMatchObject({ ok: true });
  calls.close();
});

test('a signal ends the asking', async () => {
  handler = () => {};
  const calls = await open();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  await expect(calls.ask(listFunctions, controller.signal)).rejects.toThrow();
  calls.close();
});
