/** Events come in over HTTP as an API server's webhook sends them, and the incident of the demo is told what was done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CouldDid } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { eventHandlers } from './events.ts';
import { incidentHandlers } from './incidents.ts';

const account = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let incident: string;
let responder: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-events-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock: settableClock('2026-11-21T09:00:00.000Z'),
  });
  server = await serverUnderTest({
    handlers: { ...incidentHandlers(station), ...eventHandlers(station) },
    checkAnswers: true,
  });
  responder = { ...(await server.withToken('responder', 'admin')) };
  delete responder.id;
  incident = (await send('/api/incidents', { title: 'The day', compromised: [account] })).body.id;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function send(url: string, payload: unknown, headers = responder) {
  const answer = await server.app.inject({ method: 'POST', url, payload: payload as object, headers });
  return { status: answer.statusCode, body: answer.json() };
}
async function did(query = ''): Promise<CouldDid> {
  return (await server.app.inject({ url: `/api/incidents/${incident}/did${query}`, headers: responder })).json();
}
const audit = (auditID: string, verb: string, objectRef: object, more: object = {}) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID,
  stage: 'ResponseComplete',
  verb,
  user: { username: 'system:serviceaccount:ml-serving:predictor-runner' },
  objectRef,
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
  ...more,
});
const application = { resource: 'applications', apiGroup: 'argoproj.io', namespace: 'argocd', name: 'ml-serving' };

test('before anything came in, nothing is known', async () => {
  const answer = await did();
  expect(answer.log).toMatchObject({ events: 0, theirs: 0 });
  expect(answer.unlogged.map(({ system }) => system)).toContain('kubernetes');
});

test('a webhook’s list is taken once, and told by who did what', async () => {
  const items = [
    audit('1', 'patch', application),
    audit('2', 'create', { resource: 'pods', namespace: 'ml-serving', name: 'x' }, { stage: 'RequestReceived' }),
    audit('3', 'get', application, { user: { username: 'somebody-else' } }),
    { nonsense: true },
  ];
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items };
  const taken = await send('/api/log', list);
  expect(taken).toEqual({
    status: 200,
    body: { kept: 2, duplicates: 0, passed: 1, problems: [{ event: 4, why: 'It says no user.' }], more: 0 },
  });
  expect((await send('/api/log', items)).body).toMatchObject({ kept: 0, duplicates: 2 });
  const answer = await did();
  expect(answer.log).toMatchObject({ events: 1, theirs: 1 });
  expect(answer.did).toMatchObject([{ node: { name: 'ml-serving' }, within: true, by: [account] }]);
  expect(answer.did[0]?.way.map(({ type }) => type)).toEqual(['PERMISSION_DISCOVER', 'DELIVERY_PATCH']);
  expect(answer.unlogged.map(({ system }) => system)).not.toContain('kubernetes');
  expect((await did('?since=2026-11-20T10:00:01Z')).did).toEqual([]);
});

test('what the log of an API server says and what its webhook sends is one event', async () => {
  const logged = audit('both', 'get', application);
  const { kind: _kind, apiVersion: _version, ...sent } = logged;
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [sent] };
  expect((await send('/api/log', list)).body).toMatchObject({ kept: 1, problems: [] });
  expect((await send('/api/log', logged)).body).toMatchObject({ kept: 0, duplicates: 1 });
  const answer = await server.app.inject({ url: '/api/event/kubernetes-audit%2Fboth', headers: responder });
  expect(answer.json().raw).toEqual(logged);
});

test('one event is shown as it came, tied to the estate', async () => {
  const annotations = {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': 'RBAC: allowed by RoleBinding "nobody/ml-serving" of Role "nobody" to User "x"',
  };
  const sent = audit('tied', 'get', application, { annotations, unknownField: [1, { deep: '\u0000' }] });
  await send('/api/log', sent);
  const shown = async (id: string) =>
    server.app.inject({ url: `/api/event/${encodeURIComponent(id)}`, headers: responder });
  const answer = (await shown('kubernetes-audit/tied')).json();
  expect(answer.raw).toEqual(sent);
  expect(answer.event).toMatchObject({ operation: 'get applications', source: { locator: 'sent by admin 1' } });
  expect(answer.ties).toMatchObject({
    nodes: [
      { as: 'identity', id: account, node: { id: account } },
      { as: 'target', id: 'kubernetes:Application.argoproj.io/argocd/ml-serving', node: { name: 'ml-serving' } },
    ],
    permission: { told: annotations['authorization.k8s.io/reason'], node: null },
    step: null,
  });
  expect((await shown('kubernetes-audit/none')).statusCode).toBe(404);
});

test('who may only look cannot send, and what is no JSON is refused', async () => {
  const viewer = await server.signedIn('viewer');
  expect((await send('/api/log', [], viewer)).status).toBe(403);
  const broken = { ...responder, 'content-type': 'application/json' };
  const answer = await server.app.inject({ method: 'POST', url: '/api/log', payload: '{', headers: broken });
  expect(answer.statusCode).toBe(400);
});
