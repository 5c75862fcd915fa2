/** One command at a time against a server that refuses, fails, stays silent or goes away: what may have happened is told truly. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openControl } from './control.ts';

const signal = new AbortController().signal;
let requests: { readonly authorization: string }[] = [];
let answer: (response: ServerResponse) => void = () => {};
const server = createServer((request, response) => {
  requests.push({ authorization: request.headers.authorization ?? '' });
  request.resume().on('end', () => answer(response));
});

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ours');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'ours');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const open = (port = (server.address() as AddressInfo).port, timeoutMs = 20_000) =>
  openControl({ regions: ['eu-west-1'], endpoint: `http://127.0.0.1:${port}`, limits: { timeoutMs } });
const stop = {
  service: 'lambda',
  operation: 'PutFunctionConcurrency',
  region: 'eu-west-1',
  input: { FunctionName: 'f', ReservedConcurrentExecutions: 0 },
} as const;

function failing(status: number, name: string, message = 'foreign words'): (response: ServerResponse) => void {
  return (response) => {
    response.statusCode = status;
    response.setHeader('x-amzn-errortype', name);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ message }));
  };
}

test.each([
  [403, 'AccessDeniedException', 'foreign words', { failure: 'denied', sent: true, explicit: false }],
  [403, 'AccessDeniedException', 'denied with an explicit deny in a policy', { failure: 'denied', explicit: true }],
  [429, 'TooManyRequestsException', '', { failure: 'throttled', sent: true }],
  [409, 'ResourceConflictException', '', { failure: 'conflict', sent: true }],
  [404, 'ResourceNotFoundException', '', { failure: 'absent', sent: true }],
  [400, 'LimitExceededException', '', { failure: 'quota', sent: true }],
  [400, 'InvalidParameterValueException', '', { failure: 'refused', sent: true }],
  [500, 'ServiceException', '', { failure: 'server-error', sent: true }],
])('a write that ends with %s %s (%s)', async (status, name, message, expected) => {
  answer = failing(status, name, message);
  const control = open();
  const reply = await control.write(stop, signal);
  expect(reply).toMatchObject({ ok: false, error: name, ...expected });
  expect(JSON.stringify(reply)).not.toContain('foreign words');
  expect(requests, 'it left once').toHaveLength(1);
  control.close();
});

test('an answer that never comes, or breaks off, may have been carried out; a server that is not there has not seen it', async () => {
  const control = open(undefined, 300);
  answer = () => {};
  expect(await control.write(stop, signal)).toMatchObject({ ok: false, failure: 'timeout', sent: true });
  answer = (response) => response.destroy();
  expect(await control.write(stop, signal)).toMatchObject({ ok: false, failure: 'unreachable', sent: true });
  expect(requests).toHaveLength(2);
  control.close();
  const nowhere = open(1);
  expect(await nowhere.write(stop, signal)).toMatchObject({ ok: false, failure: 'unreachable', sent: false });
  nowhere.close();
});

test('a throttled command is not remembered against the next, and reading is patient', async () => {
  const control = open();
  answer = (response) => {
    if (requests.length < 3) return failing(429, 'TooManyRequestsException')(response);
    response.setHeader('content-type', 'application/json');
    response.end('{"ReservedConcurrentExecutions":7}');
  };
  const read = { ...stop, operation: 'GetFunctionConcurrency', input: { FunctionName: 'f' } };
  expect(await control.read(read, signal)).toMatchObject({ ok: true, value: { ReservedConcurrentExecutions: 7 } });
  expect(requests).toHaveLength(3);
  control.close();
});

test('trials go out as somebody else, or as nobody', async () => {
  const control = open();
  answer = failing(403, 'UnrecognizedClientException');
  const key = { accessKeyId: 'AKIASTOLEN', secretAccessKey: 'wrong' };
  expect(await control.as(key).read(stop, signal)).toMatchObject({ failure: 'expired' });
  expect(requests.map(({ authorization }) => authorization)).toEqual([expect.stringContaining('AKIASTOLEN/')]);
  expect(control.as(key)).toBe(control.as(key));
  requests = [];
  const list = { service: 's3api', operation: 'ListBuckets', region: 'eu-west-1', input: {} } as const;
  await control.nobody().read(list, signal);
  expect(requests.map(({ authorization }) => authorization)).toEqual(['']);
  await control.read(list, signal);
  expect(requests.at(-1)?.authorization).toContain('ours/');
  control.close();
});

test('ending the work ends the command', async () => {
  const control = open();
  answer = () => {};
  await expect(control.write(stop, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
  control.close();
});
