/** Playbooks over HTTP, on the demo as `firebreak serve` shows it; each answer is held against the contract. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlaybookReport, PlaybookRun } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { shippedPlaybooks } from '../../playbooks/shipped.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { givenPlanHandlers } from './given-plan.ts';
import { incidentHandlers } from './incidents.ts';
import { playbookHandlers } from './playbooks.ts';

const account = 'kubernetes:ServiceAccount/agents/support-agent';
const shipped = await shippedPlaybooks();
const document = shipped.find(({ name }) => name === 'agent-lateral-movement')?.text ?? '';
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let responder: { cookie: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-playbooks-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock: settableClock('2026-12-01T09:00:00.000Z'),
  });
  server = await serverUnderTest({
    handlers: { ...incidentHandlers(station), ...givenPlanHandlers(station), ...playbookHandlers(station) },
    checkAnswers: true,
  });
  responder = await server.signedIn('responder');
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function call(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const answer = await server.app.inject({
    method,
    url,
    headers: responder,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, text: answer.body, type: answer.headers['content-type'] };
}

test('checked, laid over, given to an incident, noted, exported, told', async () => {
  const checked = await call('POST', '/api/playbooks/check', { document });
  expect((JSON.parse(checked.text) as PlaybookReport).ok).toBe(true);

  const laid = await call('POST', '/api/playbooks/lay-over', { document, compromised: [account] });
  expect(laid.status, laid.text).toBe(200);
  const { plan, steps } = JSON.parse(laid.text) as PlaybookRun;
  expect(plan.steps.length).toBeGreaterThan(0);

  const opened = await call('POST', '/api/incidents', { title: 'The agent', compromised: [account] });
  const { id } = JSON.parse(opened.text) as { id: string };
  const given = await call('PUT', `/api/incidents/${id}/plan`, plan);
  expect(given.status, given.text).toBe(200);
  const confirmed = steps.filter(({ confirm }) => confirm).map(({ step }) => step);
  expect((await call('POST', `/api/incidents/${id}/playbook`, { document, confirmed })).status).toBe(200);
  const strange = await call('POST', `/api/incidents/${id}/playbook`, { document, confirmed: ['action--none'] });
  expect(strange.text).toContain('FB-PLAYBOOK-REFERENCE');

  const exported = await call('GET', `/api/incidents/${id}/playbook`);
  expect(JSON.parse(exported.text)).toMatchObject({ spec_version: 'cacao-2.0', name: 'The agent' });
  const events = await call('GET', `/api/incidents/${id}/response-events`);
  expect(events.type).toContain('application/x-ndjson');
  const kinds = events.text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { activity_name: string }).activity_name);
  expect(kinds).toEqual(['Open incident', 'Plan']);
});

test('what is wrong with a playbook is the answer, not a failure of the server', async () => {
  const broken = await call('POST', '/api/playbooks/lay-over', { document: '{}', compromised: [account] });
  expect(broken.status).toBe(400);
  expect(broken.text).toContain('FB-PLAYBOOK-INVALID');
  const nobody = await call('POST', '/api/playbooks/lay-over', { document });
  expect(nobody.text).toContain('FB-PLAYBOOK-VARIABLE');
  expect((await call('GET', '/api/incidents/inc_none/response-events')).status).toBe(404);
  expect((await call('GET', '/api/incidents/inc_none/playbook')).status).toBe(404);
});
