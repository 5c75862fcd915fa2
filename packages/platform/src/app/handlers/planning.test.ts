/** What people ask around a plan, over HTTP: on the demo as `firebreak serve` shows it, each answer held against the contract. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, PlanChoice, Race } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { containmentHandlers } from './containment.ts';
import { incidentHandlers } from './incidents.ts';
import { planningHandlers } from './planning.ts';

const account = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let incident: string;
let responder: { cookie: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-planning-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock: settableClock('2026-03-01T09:00:00.000Z'),
  });
  server = await serverUnderTest({
    handlers: { ...incidentHandlers(station), ...containmentHandlers(station), ...planningHandlers(station) },
    checkAnswers: true,
  });
  responder = await server.signedIn('responder');
  const opened = await post('/api/incidents', { title: 'The day', compromised: [account] });
  incident = opened.body.id;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function post(url: string, payload: object) {
  const answer = await server.app.inject({ method: 'POST', url, payload, headers: responder });
  return { status: answer.statusCode, body: answer.json() };
}
async function get(url: string) {
  const answer = await server.app.inject({ url, headers: responder });
  return { status: answer.statusCode, body: answer.json() };
}

test('a plan is made again as wished, recorded, and raced', async () => {
  const again = `/api/incidents/${incident}/plan/again`;
  const plain = await post(again, {});
  expect(plain.status, JSON.stringify(plain.body)).toBe(200);
  const cheapest: Plan = plain.body;
  const [cut] = cheapest.steps.filter(({ reason }) => reason === 'cut');
  const without = await post(again, { forbid: [cut?.lever.key] });
  expect(without.body.steps.map(({ lever }: Plan['steps'][number]) => lever.key)).not.toContain(cut?.lever.key);
  expect(without.body.totalCost).toBeGreaterThan(cheapest.totalCost);
  expect(await post(again, { forbid: [cut?.lever.key], pin: [cut?.lever.key] })).toMatchObject({
    status: 400,
    body: { code: 'FB-PLAN-CONTRADICTION' },
  });
  const frozen = await post(again, { variant: 'full-freeze' });
  expect(frozen.body).toMatchObject({ variant: 'full-freeze', verdict: 'contained' });
  expect((await get(`/api/incidents/${incident}/plan`)).body.digest).toBe(frozen.body.digest);
  const race: Race = (await get(`/api/incidents/${incident}/plan/race?runs=50`)).body;
  expect(race).toMatchObject({ planDigest: frozen.body.digest, runs: 50 });
  expect(race.orders.map(({ name }) => name)).toContain('delivery last');
});

test('the variants side by side record nothing', async () => {
  const before = (await get(`/api/incidents/${incident}`)).body.planDigest;
  const { status, body } = await post(`/api/incidents/${incident}/plan/compare`, {});
  expect(status, JSON.stringify(body)).toBe(200);
  const choice: PlanChoice = body;
  expect(choice.options.map(({ name }) => name)).toEqual([
    'cheapest',
    'full-freeze',
    'staged',
    'read-only',
    'business-first',
    'one-person',
    'nothing',
  ]);
  expect(choice.options.some(({ front }) => front)).toBe(true);
  expect((await get(`/api/incidents/${incident}`)).body.planDigest).toBe(before);
});

test('how far it goes, and what breaks', async () => {
  expect((await get(`/api/incidents/${incident}/scope`)).body).toMatchObject({
    answer: 'wider',
    compromised: [{ id: account }],
  });
  const impact = await get(`/api/estate/impact?${new URLSearchParams({ what: account })}`);
  expect(impact.status).toBe(200);
  expect(impact.body.ways.length).toBeGreaterThan(0);
  const unknown = await get('/api/estate/impact?what=nobody');
  expect(unknown.body.code).toBe('FB-NODE-UNKNOWN');
});
