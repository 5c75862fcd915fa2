/** The answers over HTTP: on the demo as `firebreak serve` shows it, each held against the contract. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { inventoryHandlers } from './inventory.ts';
import { reviewHandlers } from './reviews.ts';

const signal = new AbortController().signal;
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let viewer: { cookie: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-handlers-'));
  database = await testServer();
  const clock = settableClock('2026-03-01T09:00:00.000Z');
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(signal),
    clock,
  });
  server = await serverUnderTest({
    handlers: { ...inventoryHandlers(station), ...reviewHandlers(station) },
    checkAnswers: true,
  });
  viewer = await server.signedIn('viewer');
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

const model = 'kubernetes:Model/ml-serving/assistant-70b';
const query = (path: string, values: Record<string, string> = {}) =>
  `/api/estate/${path}?${new URLSearchParams(values)}`;
const ask = async (url: string) => {
  const answer = await server.app.inject({ url, headers: viewer });
  return { status: answer.statusCode, body: answer.json() };
};
const post = async (url: string, payload: object, headers: { cookie: string } = viewer) => {
  const answer = await server.app.inject({ method: 'POST', url, payload, headers });
  return { status: answer.statusCode, body: answer.json() };
};

test.each([
  ['query', { q: 'class = identity and reaches(jewel)', limit: '3' }],
  ['identities', { findings: 'shared,unattached', staleDays: '30' }],
  ['identities', { query: 'class = credential', now: '2026-01-01T00:00:00Z' }],
  ['request-path', { endpoint: 'kubernetes:Endpoint/ml-serving/kserve-router/service/80-TCP' }],
  ['exposure', { why: '2', protect: 'class = model' }],
  ['channels', {}],
  ['privileges', {}],
  ['third-parties', {}],
  ['lineage', { model }],
  ['threat-model', { asset: model }],
])('%s %j is answered as the contract says', async (path, values) => {
  const { status, body } = await ask(query(path, values));
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.completeness).toEqual({ answer: 'complete' });
});

test('a query is limited and counted whole', async () => {
  const { body } = await ask(query('query', { q: 'class = identity', limit: '3' }));
  expect(body.nodes).toHaveLength(3);
  expect(body.total).toBeGreaterThan(60);
  expect(body.now).toBe('2026-03-01T09:00:00.000Z');
});

test('what cannot be read is the caller’s error', async () => {
  expect(await ask(query('query', { q: 'colour = red' }))).toMatchObject({
    status: 400,
    body: { code: 'FB-QUERY-INVALID' },
  });
  expect(await ask(query('query'))).toMatchObject({ status: 400, body: { code: 'FB-USAGE' } });
  expect(await ask(query('identities', { findings: 'nonsense' }))).toMatchObject({ status: 400 });
  expect(await ask(query('lineage', { model: 'nobody' }))).toMatchObject({
    status: 404,
    body: { code: 'FB-NODE-UNKNOWN' },
  });
  expect(await post('/api/estate/what-if', { toggles: ['nobody'] })).toMatchObject({ status: 404 });
  expect(await ask(query('diff', { since: '2020-01-01T00:00:00Z' }))).toMatchObject({
    body: { code: 'FB-HISTORY-NONE' },
  });
});

test('what-if takes something away', async () => {
  const exposure = await ask(query('exposure', { why: '0' }));
  const toggles = [model];
  const { status, body } = await post('/api/estate/what-if', { toggles });
  expect(status).toBe(200);
  expect(body.before.score).toBe(exposure.body.counts.score);
  expect(body.after.score).toBeLessThan(body.before.score);
  expect(body.relieved.length).toBeGreaterThan(0);
});

test('a review is opened, seen, signed off by who may, and stands', async () => {
  const responder = await server.signedIn('responder');
  const approver = await server.signedIn('approver', 'grace');
  expect(await post('/api/reviews', { title: 'x' })).toMatchObject({ status: 403 });
  const { status, body: review } = await post(
    '/api/reviews',
    { title: 'Agents', query: 'namespace = agents and class = identity' },
    responder,
  );
  expect(status, JSON.stringify(review)).toBe(200);
  expect(review.items.length).toBeGreaterThan(0);
  const decisions = `/api/reviews/${review.id}/decisions`;
  const decision = { item: 'item-1', verdict: 'reduce', note: 'only list' };
  expect(await post(decisions, decision, responder)).toMatchObject({ status: 403 });
  expect((await post(decisions, decision, approver)).body.items[0].decision).toMatchObject({
    verdict: 'reduce',
    by: 'grace',
  });
  expect(await post(decisions, decision, approver)).toMatchObject({ status: 409, body: { code: 'FB-REVIEW-DECIDED' } });
  expect((await ask('/api/reviews')).body.reviews).toMatchObject([{ id: review.id, decided: 1 }]);
  expect((await ask(`/api/reviews/${review.id}`)).body.items[0].decision.by).toBe('grace');
});
