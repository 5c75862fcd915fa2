/** Logs come in by the protocols of those who write them, over a real server, and only from those who may. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { FirebreakError } from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { eventHandlers } from './events.ts';
import { intakeHttpHandlers } from './intake-http.ts';

const secret = 'of the tests';
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let sensor: string;
let isFull = false;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-intake-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: undefined,
    clock: settableClock('2026-11-21T09:00:00.000Z'),
  });
  server = await serverUnderTest({
    handlers: { ...eventHandlers(station), ...intakeHttpHandlers(station) },
    checkAnswers: true,
    webhooks: new Map([['github', secret]]),
    admit: (bytes) => {
      if (isFull) throw new FirebreakError('FB-INTAKE-FULL', `${bytes} bytes are too many.`);
    },
  });
  sensor = (await server.withToken('sensor', 'admin')).authorization;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function post(url: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  const all = { authorization: sensor, 'content-type': 'application/json', ...headers };
  const answer = await server.app.inject({ method: 'POST', url, payload, headers: all });
  return { status: answer.statusCode, headers: answer.headers, raw: answer.rawPayload, body: json(answer.payload) };
}
function json(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
let number = 0;
function audit(more: object = {}) {
  number += 1;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: `id-${number}`,
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'system:serviceaccount:prod:web' },
    objectRef: { resource: 'secrets', namespace: 'prod', name: 'key' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
    ...more,
  };
}
const text = (value: unknown) => JSON.stringify(value);

describe('a sensor', () => {
  test('sends, and reads nothing', async () => {
    expect(await post('/api/log', text(audit()))).toMatchObject({ status: 200, body: { kept: 1 } });
    for (const url of ['/api/incidents', '/api/me', '/api/estate', '/api/intake', '/api/tokens'])
      expect((await server.app.inject({ url, headers: { authorization: sensor } })).statusCode, url).toBe(403);
  });
  test('a viewer cannot send, a stranger neither', async () => {
    const { authorization } = await server.withToken('viewer', 'admin');
    for (const url of ['/api/log', '/v1/traces', '/v1/logs', '/api/log/firehose']) {
      expect((await post(url, '{}', { authorization })).status, url).toBe(403);
      expect((await post(url, '{}', { authorization: 'Bearer no' })).status, url).toBe(401);
    }
  });
});

describe('bodies', () => {
  test('packed ones are unpacked, bombs and broken ones refused', async () => {
    const body = text([audit(), audit()]);
    expect(await post('/api/log', gzipSync(body), { 'content-encoding': 'gzip' })).toMatchObject({ body: { kept: 2 } });
    const zstd = zstdCompressSync(text(audit()));
    expect(await post('/api/log', zstd, { 'content-encoding': 'zstd' })).toMatchObject({ body: { kept: 1 } });
    const bomb = gzipSync(Buffer.alloc(40 << 20, 0x20));
    expect((await post('/api/log', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post('/api/log', gzipSync(body).subarray(0, 20), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post('/api/log', 'x', { 'content-encoding': 'br' })).status).toBe(400);
  });
  test('lines, and one broken line among them', async () => {
    const lines = `${text(audit())}\n{"broken\n${text(audit())}\n`;
    expect(await post('/api/log', lines, { 'content-type': 'application/x-ndjson' })).toMatchObject({
      body: { kept: 2, problems: [{ event: 2, why: 'The line is not JSON.' }] },
    });
  });
  test('a name that others refuse keeps no batch out', async () => {
    const hostile = `{"__proto__":{"x":1},${text(audit()).slice(1)}`;
    expect(await post('/api/log', hostile)).toMatchObject({ status: 200, body: { kept: 1 } });
    const nul = text(audit({ userAgent: 'a\u0000b\ud800' }));
    expect(await post('/api/log', nul)).toMatchObject({ status: 200, body: { kept: 1 } });
  });
  test('plain text is refused: pages of others can send it', async () => {
    expect((await post('/api/log', text(audit()), { 'content-type': 'text/plain' })).status).toBe(415);
  });
  test('CloudEvents by headers', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-type': 'org.kubeflow.serving.inference.request',
      'ce-id': '7',
      'ce-source': 'http://localhost:9081/',
      'ce-inferenceservicename': 'fraud',
      'ce-namespace': 'ml',
    };
    expect(await post('/api/log', text({ instances: [[1]] }), headers)).toMatchObject({
      body: { kept: 1, problems: [] },
    });
  });
});

describe('OTLP', () => {
  const span = (told: Record<string, string>, spanId: string) => ({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: 'aa',
                spanId,
                attributes: Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } })),
              },
            ],
          },
        ],
      },
    ],
  });
  test('spans are kept or passed over, and the answer is OTLP’s', async () => {
    expect((await post('/v1/traces', text(span({ 'gen_ai.operation.name': 'chat' }, 'b1')))).body).toEqual({});
    expect((await post('/v1/traces', text(span({ 'http.method': 'GET' }, 'b2')))).body).toEqual({});
  });
  test('an audit event in a log record is that event; one that is not read is told', async () => {
    const event = audit();
    const logs = (body: unknown) =>
      text({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: body } }] }] }] });
    expect((await post('/v1/logs', logs(text(event)))).body).toEqual({});
    expect(await post('/api/log', text(event))).toMatchObject({ body: { kept: 0, duplicates: 1 } });
    const broken = text({ ...event, user: {}, auditID: 'no user' });
    expect((await post('/v1/logs', logs(broken))).body).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: 'Not kept: It says no user.' },
    });
  });
  test('metrics are refused in words', async () => {
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: { dataPoints: [{}, {}] } }] }] }] };
    expect((await post('/v1/metrics', text(metrics))).body).toMatchObject({
      partialSuccess: { rejectedDataPoints: '2' },
    });
  });
  test('whoever speaks protobuf is answered so, also when refused', async () => {
    const protobuf = { 'content-type': 'application/x-protobuf' };
    const good = await post('/v1/traces', Buffer.alloc(0), protobuf);
    expect(good).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-protobuf' } });
    const metrics = Buffer.from('0a0812061204' + '3a020a00', 'hex');
    const points = await post('/v1/metrics', metrics, protobuf);
    expect(points.raw.toString()).toContain('keeps no metrics');
    const bad = await post('/v1/traces', Buffer.from([0x0a, 0x7f]), protobuf);
    expect(bad).toMatchObject({ status: 400, headers: { 'content-type': 'application/x-protobuf' } });
    expect(bad.raw.toString()).toContain('cut off');
    const stranger = await post('/v1/traces', Buffer.alloc(0), { ...protobuf, authorization: 'Bearer no' });
    expect(stranger).toMatchObject({ status: 401, headers: { 'content-type': 'application/x-protobuf' } });
    expect((await post('/api/log', Buffer.alloc(0), protobuf)).status).toBe(400);
  });
});

describe('webhooks that sign', () => {
  const push = text({
    ref: 'refs/heads/main',
    commits: [],
    repository: { full_name: 'acme/web' },
    sender: { login: 'cat' },
  });
  const sign = (body: string, key = secret) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const send = (signature: string, name = 'github', body = push) =>
    post(`/api/log/signed/${name}`, body, {
      authorization: '',
      'x-hub-signature-256': signature,
      'x-github-event': 'push',
      'x-github-delivery': 'd-1',
    });
  test('only with the right signature, and a delivery once', async () => {
    expect(await send(sign(push))).toMatchObject({ status: 200, body: { kept: 1 } });
    expect(await send(sign(push))).toMatchObject({ status: 200, body: { duplicates: 1 } });
    for (const bad of [sign(push, 'other'), sign(`${push} `), 'sha256=', ''])
      expect((await send(bad)).status, bad).toBe(403);
    expect((await send(sign(push), 'unknown')).status).toBe(404);
  });
});

test('Firehose sends with its access key, and what is in its records counts', async () => {
  const event = {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    eventID: 'f-1',
    eventTime: '2026-11-20T10:00:00Z',
    userIdentity: { arn: 'arn:aws:iam::111122223333:user/ci' },
  };
  const watch = {
    messageType: 'DATA_MESSAGE',
    logGroup: 'trail',
    logEvents: [{ message: text({ ...event, eventID: 'f-2' }) }],
  };
  const data = [Buffer.from(text(event) + text({ ...event, eventID: 'f-3' })), gzipSync(text(watch))];
  const body = {
    requestId: 'r-1',
    timestamp: 1_795_000_000_000,
    records: data.map((each) => ({ data: each.toString('base64') })),
  };
  const headers = { authorization: '', 'x-amz-firehose-access-key': sensor.replace('Bearer ', '') };
  expect(await post('/api/log/firehose', text(body), headers)).toMatchObject({
    status: 200,
    body: { requestId: 'r-1', timestamp: 1_795_000_000_000 },
  });
  const found = await station.storage.eventStore.byActors(
    ['aws:User/arn:aws:iam::111122223333:user/ci'],
    undefined,
    10,
  );
  expect(found.events.map(({ id }) => id).sort()).toEqual(['cloudtrail/f-1', 'cloudtrail/f-2', 'cloudtrail/f-3']);
});

test('who is to come again is told so before the body is read, and who may not send at all hears that', async () => {
  isFull = true;
  try {
    const broken = { 'content-encoding': 'gzip' };
    for (const url of ['/api/log', '/v1/logs', '/api/log/signed/github'])
      expect(await post(url, 'no gzip', broken), url).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
        body: { code: 'FB-INTAKE-FULL', why: '7 bytes are too many.' },
      });
    expect(await post('/api/log', '{}', { authorization: 'Bearer nobody' })).toMatchObject({ status: 401 });
  } finally {
    isFull = false;
  }
  expect(await post('/api/log', JSON.stringify(audit()))).toMatchObject({ status: 200, body: { kept: 1 } });
});
