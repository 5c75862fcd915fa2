/** Traffic and models of KServe with its controller played: what the probes make of what it reports, and when. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { at } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';
import type { Twin } from '../twin.ts';
import { signal, twinWorld } from './cases/twin-world.case.ts';
import { kserveStatus, refOfObject } from './cases/world.case.ts';
import pinRevision from './pin-revision.ts';
import setModelUri from './set-model-uri.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const attempt = (session: Twin) => ({ session, signal, key: 'test' });
const canary = refOfObject({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { namespace: 'ml', name: 'canary' },
});
type Report = Parameters<typeof kserveStatus>[0];
const rolledOut: Report = {
  ready: 'canary-2',
  rolledOut: 'canary-2',
  previous: 'canary-1',
  traffic: [['canary-2', 100]],
};

async function report(api: Twin, status: object): Promise<void> {
  const now = await api.get(canary, signal);
  if (!now.ok) throw new Error(now.reason);
  const told = await api.replace({ ...canary, subresource: 'status' }, { ...now.value, status } as ApiObject, signal);
  if (!told.ok) throw new Error(told.reason);
}

async function patiently<T>(work: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return await work;
}

test('traffic goes back to the revision before, and the trap of a split over one revision is no proof', async () => {
  const { api } = await twinWorld();
  await report(api, kserveStatus(rolledOut));
  const params = pinRevision.params.parse({
    kind: 'InferenceService',
    namespace: 'ml',
    name: 'canary',
    revision: 'canary-1',
  });
  const before = await pinRevision.read(attempt(api), params);
  expect(pinRevision.preview(params, before.record)[0]?.body).toContainEqual({
    op: 'add',
    path: '/spec/predictor/canaryTrafficPercent',
    value: 0,
  });
  expect(await pinRevision.apply(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  const probed = async () => (await patiently(pinRevision.probe(attempt(api), params, before)))[0];

  // KServe's first answer: 0 and 100 percent, both of the newest, since that is also what it rolled out last.
  await report(
    api,
    kserveStatus({
      ...rolledOut,
      traffic: [
        ['canary-2', 0],
        ['canary-2', 100],
      ],
    }),
  );
  expect(await probed()).toMatchObject({ result: 'fails', evidence: expect.stringContaining('canary-2 100 %') });
  // Its second: it knows now that the newest was taken back.
  const back = { ready: 'canary-2', rolledOut: 'canary-1', previous: 'canary-1' };
  await report(
    api,
    kserveStatus({
      ...back,
      traffic: [
        ['canary-2', 0],
        ['canary-1', 100],
      ],
    }),
  );
  expect(await probed()).toMatchObject({ result: 'holds' });
  expect(pinRevision.inEffect((await pinRevision.read(attempt(api), params)).record, params, before.record)).toBe(true);
  // A split that leaves the bad one a share.
  await report(
    api,
    kserveStatus({
      ...back,
      traffic: [
        ['canary-2', 20],
        ['canary-1', 80],
      ],
    }),
  );
  expect(await probed()).toMatchObject({ result: 'fails' });
  await report(api, {
    ...kserveStatus({ ...back, traffic: [['canary-1', 100]] }),
    conditions: [{ type: 'Ready', status: 'False' }],
  });
  expect(await probed()).toMatchObject({ result: 'cannot-tell' });

  if (pinRevision.reversal.kind !== 'restore') throw new Error('no undo');
  expect(await pinRevision.reversal.restore(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  const after = await api.get(canary, signal);
  expect(after.ok && Object.keys(at(after.value, 'spec', 'predictor') as object)).toEqual(['model']);
});

test.each([
  ['a revision that it does not keep', 'canary-0', kserveStatus(rolledOut)],
  ['no revisions at all', 'canary-1', {}],
])('refused: %s', async (_, revision, status) => {
  const { api } = await twinWorld();
  await report(api, status);
  const params = pinRevision.params.parse({ kind: 'InferenceService', namespace: 'ml', name: 'canary', revision });
  const before = await pinRevision.read(attempt(api), params);
  expect(pinRevision.preview(params, before.record)).toEqual([]);
  expect(await pinRevision.apply(attempt(api), params, before.record)).toMatchObject({
    outcome: 'refused',
    code: 'FB-STEP-REFUSED',
  });
});

test('in the middle of a canary the traffic goes back to what was rolled out; the newest can be pinned too', async () => {
  const { api } = await twinWorld();
  await report(api, kserveStatus({ ready: 'canary-3', rolledOut: 'canary-2', previous: 'canary-1', traffic: [] }));
  const value = async (revision: string) => {
    const params = pinRevision.params.parse({ kind: 'InferenceService', namespace: 'ml', name: 'canary', revision });
    const before = await pinRevision.read(attempt(api), params);
    return (pinRevision.preview(params, before.record)[0]?.body as { value?: unknown }[] | undefined)?.at(-1)?.value;
  };
  expect(await value('canary-2')).toBe(0);
  expect(await value('canary-3')).toBe(100);
  expect(await value('canary-1')).toBeUndefined();
});

test('a Knative Service names its revision, unless somebody else sets its traffic', async () => {
  const service = (more: object, status: object): ApiObject => ({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { namespace: 'ml', name: 'agent', generation: 1, ...more },
    spec: { template: {}, traffic: [{ latestRevision: true, percent: 100 }] },
    status,
  });
  const params = pinRevision.params.parse({ kind: 'Service', namespace: 'ml', name: 'agent', revision: 'agent-1' });
  const { api } = await twinWorld('ml', [service({}, {})]);
  const before = await pinRevision.read(attempt(api), params);
  expect(await pinRevision.apply(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  const ref = refOfObject(service({}, {}));
  const told = async (observedGeneration: number) => {
    const now = await api.get(ref, signal);
    const conditions = [{ type: 'Ready', status: 'True' }];
    const status = { observedGeneration, conditions, traffic: [{ revisionName: 'agent-1', percent: 100 }] };
    if (now.ok) await api.replace({ ...ref, subresource: 'status' }, { ...now.value, status }, signal);
    return (await patiently(pinRevision.probe(attempt(api), params, before)))[0]?.result;
  };
  expect(await told(1)).toBe('cannot-tell');
  expect(await told(2)).toBe('holds');

  const owned = await twinWorld('ml', [
    service(
      { ownerReferences: [{ apiVersion: 'x/v1', kind: 'InferenceService', name: 'llm', uid: 'u', controller: true }] },
      {},
    ),
  ]);
  const record = (await pinRevision.read(attempt(owned.api), params)).record;
  expect(await pinRevision.apply(attempt(owned.api), params, record)).toMatchObject({ outcome: 'refused' });
});

test('a model counts as loaded when the controller has looked again', async () => {
  const { api } = await twinWorld();
  const params = setModelUri.params.parse({
    kind: 'InferenceService',
    namespace: 'ml',
    name: 'canary',
    storageUri: 's3://models/canary/1',
  });
  const loaded = { modelStatus: { transitionStatus: 'UpToDate' } };
  await report(api, { ...kserveStatus(rolledOut), ...loaded });
  const before = await setModelUri.read(attempt(api), params);
  expect(await setModelUri.apply(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  const probed = async () => (await patiently(setModelUri.probe(attempt(api), params, before)))[0]?.result;
  // Ready and up to date, as it was before: with the old model.
  expect(await probed()).toBe('cannot-tell');
  await report(api, {
    ...kserveStatus({ ...rolledOut, ready: 'canary-3' }),
    modelStatus: { transitionStatus: 'InProgress' },
  });
  expect(await probed()).toBe('cannot-tell');
  await report(api, { ...kserveStatus({ ...rolledOut, ready: 'canary-3' }), ...loaded });
  expect(await probed()).toBe('holds');
});
