import { FirebreakError } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { planOf } from '../execution/testing/switchboard.case.ts';
import { openWorkplace } from '../execution/testing/workplace.case.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { settableClock } from '../kernel/settable-clock.ts';
import { testServer } from '../storage/test-database.ts';
import { createIncidents, incidentView } from './incident.ts';
import type { IncidentRow } from './store.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
const clock = settableClock('2026-03-01T12:00:00Z');
const incidents = createIncidents({ store: place.storage.incidentStore, ledger: place.ledger, clock });
afterAll(async () => {
  await place.close();
  await server.stop();
});
const request = { title: 'Abused predictor', compromised: ['kubernetes:Pod/a/b'], protect: 'default', by: 'ann' };

test('opened, listed newest first, planned; each in the ledger with what it rests on', async () => {
  const first = await incidents.open(request);
  const { by, ...given } = request;
  expect(first).toMatchObject({ ...given, state: 'open', openedBy: by, planDigest: null });
  clock.advance(1);
  const second = await incidents.open({ ...request, title: 'a \0 in \u{1f525}' });
  expect((await incidents.list()).map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(second.title).toBe('a \ufffd in \u{1f525}');

  const plan = planOf([{ name: 'a' }]);
  const manifests = { bytes: Buffer.from('kind: Pod\n'), mediaType: 'application/yaml' };
  const planned = await incidents.recordPlan({ incident: first.id, plan, manifests, by: 'ann' });
  expect(planned).toMatchObject({ state: 'planned', planDigest: plan.digest });
  expect(await incidents.plan(first.id)).toEqual(plan);
  const newer = planOf([{ name: 'b' }]);
  await incidents.recordPlan({ incident: first.id, plan: newer, manifests, by: 'ann' });
  expect((await incidents.plan(first.id)).digest).toBe(newer.digest);
  expect((await incidents.plan(first.id, plan.digest)).digest).toBe(plan.digest);

  const [opened, made] = await place.entries(first.id);
  expect(opened).toMatchObject({ kind: 'incident.opened', actor: 'ann', body: { title: 'Abused predictor' } });
  expect(made).toMatchObject({ kind: 'plan.made', body: { digest: plan.digest, graphDigest: '0'.repeat(64) } });
  expect(made?.blobs.map(({ name, sha256 }) => [name, sha256])).toEqual([
    ['plan.json', sha256Hex(JSON.stringify(plan))],
    ['manifests', sha256Hex('kind: Pod\n')],
  ]);
});

test('what is not there', async () => {
  const { id } = await incidents.open(request);
  const none = async (promise: Promise<unknown>) => {
    const error = await promise.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FirebreakError);
    expect((error as FirebreakError).code).toBe('FB-NOT-FOUND');
  };
  await none(incidents.get('inc_none'));
  await none(incidents.plan(id));
  const manifests = { bytes: Buffer.of(), mediaType: 'text/plain' };
  await none(incidents.recordPlan({ incident: 'inc_none', plan: planOf([]), manifests, by: 'ann' }));
});

test('the state follows from plan and execution', () => {
  const incident = { id: 'i', title: 't', openedAt: 'x', openedBy: 'ann', compromised: [], protect: 'default' };
  const row = (planned: boolean, execution: Partial<NonNullable<IncidentRow['execution']>> | null): IncidentRow => ({
    ...incident,
    planDigest: planned ? 'd' : null,
    planVerdict: planned ? 'contained' : null,
    access: null,
    execution:
      execution === null
        ? null
        : {
            id: 'e',
            direction: 'contain',
            state: 'running',
            recovers: false,
            superseded: false,
            partial: false,
            steps: 3,
            done: 1,
            reason: null,
            proof: null,
            ...execution,
          },
  });
  const state = (...of: Parameters<typeof row>) => incidentView(row(...of)).state;
  expect(state(false, null)).toBe('open');
  expect(state(true, null)).toBe('planned');
  expect(state(true, { state: 'waiting-approval', done: 0 })).toBe('planned');
  expect(state(true, { state: 'waiting-approval' })).toBe('containing');
  expect(state(true, {})).toBe('containing');
  expect(state(true, { superseded: true })).toBe('containing');
  expect(state(true, { state: 'contained' })).toBe('contained');
  expect(state(true, { state: 'done-unproven' })).toBe('stopped');
  expect(state(true, { state: 'stopped' })).toBe('stopped');
  expect(state(true, { state: 'stopped', superseded: true })).toBe('planned');
  expect(state(true, { direction: 'undo' })).toBe('undoing');
  expect(state(true, { direction: 'undo', state: 'stopped' })).toBe('stopped');
  expect(state(true, { direction: 'undo', state: 'undone' })).toBe('undone');
  expect(state(true, { direction: 'undo', state: 'undone', partial: true })).toBe('not-contained');
  expect(state(true, { state: 'not-contained' })).toBe('not-contained');
  expect(state(true, { recovers: true })).toBe('recovering');
  expect(state(true, { recovers: true, state: 'waiting-approval' })).toBe('recovering');
  expect(state(true, { recovers: true, state: 'waiting-approval', done: 0 })).toBe('planned');
  expect(state(true, { recovers: true, state: 'contained' })).toBe('contained');
  expect(state(true, { state: 'paused' })).toBe('containing');
  expect(incidentView(row(true, { state: 'stopped', reason: 'FB-X: No.' })).note).toBe(
    'Stopped after 1 of 3 steps. FB-X: No.',
  );

  const back = (of: Parameters<typeof row>[1], execution = 'e', risks: string[] = []) =>
    incidentView({ ...row(true, of), access: { execution, risks } });
  const undo = { direction: 'undo', partial: true } as const;
  expect(back(undo)).toMatchObject({ state: 'recovering', note: 'Access is being given back: 1 of 3 steps undone.' });
  expect(back({ ...undo, state: 'undone' }, 'e', ['Ways that are left: the batch job (olga).'])).toMatchObject({
    state: 'returned',
    note: 'Access is back. What delivers the restored versions stays. Risks that were taken: Ways that are left: the batch job (olga).',
  });
  expect(back({ ...undo, state: 'stopped' }).state).toBe('stopped');
  // An undo of single steps after it is not the one that gave access back.
  expect(back({ ...undo, state: 'undone' }, 'another').state).toBe('not-contained');
});
