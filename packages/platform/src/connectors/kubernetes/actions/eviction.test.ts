import type { AnyAction } from '@firebreak/contract';
import { expect, test } from 'vitest';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { signal, twinWorld } from './cases/twin-world.case.ts';
import deletePod from './delete-pod.ts';
import { refTo } from './objects/built-in.ts';
import scaleToZero from './scale-to-zero.ts';
import suspendJob from './suspend-job.ts';

const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });

async function apply(action: AnyAction<KubernetesApi>, api: KubernetesApi, params: Record<string, unknown>) {
  const parsed = action.params.parse(params);
  const before = await action.read(attempt(api), parsed);
  return { before, parsed, outcome: await action.apply(attempt(api), parsed, before.record) };
}
async function first(api: KubernetesApi, kind: string): Promise<ApiObject> {
  const { name: _, ...all } = refTo(kind, 'ml', '');
  for await (const page of api.list(all, { labelSelector: 'app=serve' }, signal)) {
    if (page.ok && page.value.items[0] !== undefined) return page.value.items[0];
  }
  throw new Error(`no ${kind}`);
}

test('a pod that a controller owns is refused: it would be back at once', async () => {
  const { api } = await twinWorld();
  const pod = await first(api, 'Pod');
  const { outcome } = await apply(deletePod, api, { namespace: 'ml', name: pod.metadata?.name });
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false });
  expect(await api.get(refTo('Pod', 'ml', String(pod.metadata?.name)), signal)).toEqual({ ok: true, value: pod });
});

test('a static pod is refused: only its node decides about it', async () => {
  const mirror = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'static', namespace: 'ml', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  };
  const { api } = await twinWorld('ml', [mirror]);
  const { outcome } = await apply(deletePod, api, { namespace: 'ml', name: 'static' });
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED' });
});

test('a pod that was replaced since it was read is left alone', async () => {
  const { api } = await twinWorld();
  const params = { namespace: 'ml', name: 'bare' };
  const before = await deletePod.read(attempt(api), params);
  const ref = refTo('Pod', 'ml', 'bare');
  await api.delete(ref, {}, signal);
  const pod = { metadata: { name: 'bare' }, spec: { containers: [{ name: 'other', image: 'y' }] } };
  await api.create({ ...ref, name: undefined }, pod, signal);
  const refusal = { outcome: 'refused', code: 'FB-K8S-CONFLICT', retryable: true };
  expect(await deletePod.apply(attempt(api), params, before.record)).toMatchObject(refusal);
  if (deletePod.reversal.kind !== 'restore') throw new Error('no undo');
  const undo = await deletePod.reversal.restore(attempt(api), params, before.record);
  expect(undo).toMatchObject({ outcome: 'refused', code: 'FB-UNDO-CHANGED' });
});

test('a pod that was loaded without defaults is restored, whatever admission adds', async () => {
  const { api } = await twinWorld();
  const raw = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'raw', namespace: 'ml' },
    spec: { containers: [{ name: 'm', image: 'x' }] },
  };
  api.load([raw]);
  const { before, parsed, outcome } = await apply(deletePod, api, { namespace: 'ml', name: 'raw' });
  expect(outcome).toEqual({ outcome: 'done' });
  if (deletePod.reversal.kind !== 'restore') throw new Error('no undo');
  expect(await deletePod.reversal.restore(attempt(api), parsed as never, before.record as never)).toEqual({
    outcome: 'done',
  });
  const now = await deletePod.read(attempt(api), { namespace: 'ml', name: 'raw' });
  expect(deletePod.reversal.restored(now.record, { namespace: 'ml', name: 'raw' }, before.record as never)).toBe(true);
});

test('a replica set that a deployment owns is refused', async () => {
  const { api } = await twinWorld();
  const set = await first(api, 'ReplicaSet');
  const { outcome } = await apply(scaleToZero, api, { kind: 'ReplicaSet', namespace: 'ml', name: set.metadata?.name });
  expect(outcome).toMatchObject({
    outcome: 'refused',
    code: 'FB-STEP-REFUSED',
    reason: expect.stringContaining('serve'),
  });
});

test('replicas that somebody set since are theirs, unless it is forced', async () => {
  const { api } = await twinWorld();
  const { before, parsed } = await apply(scaleToZero, api, { kind: 'Deployment', namespace: 'ml', name: 'serve' });
  await api.patch(refTo('Deployment', 'ml', 'serve'), 'merge', { spec: { replicas: 5 } }, signal);
  if (scaleToZero.reversal.kind !== 'restore') throw new Error('no undo');
  const undo = await scaleToZero.reversal.restore(attempt(api), parsed as never, before.record as never);
  expect(undo).toMatchObject({ outcome: 'refused', code: 'FB-UNDO-CHANGED' });
  const forced = { ...attempt(api), force: true };
  expect(await scaleToZero.reversal.restore(forced, parsed as never, before.record as never)).toEqual({
    outcome: 'done',
  });
  const now = await scaleToZero.read(attempt(api), parsed as never);
  expect(scaleToZero.reversal.restored(now.record, parsed as never, before.record as never)).toBe(true);
});

test('an autoscaler is named in the evidence', async () => {
  const { api } = await twinWorld();
  const { before, parsed } = await apply(scaleToZero, api, { kind: 'Deployment', namespace: 'ml', name: 'serve' });
  const [result] = await scaleToZero.probe(attempt(api), parsed as never, before as never);
  expect(result?.evidence).toContain('HorizontalPodAutoscaler serve rests');
});

test('what is not there is refused as gone, or is as good as stopped', async () => {
  const { api } = await twinWorld();
  const missing = await apply(suspendJob, api, { kind: 'Job', namespace: 'ml', name: 'none' });
  expect(missing.outcome).toEqual({ outcome: 'done' });
  expect(await suspendJob.probe(attempt(api), missing.parsed as never, missing.before as never)).toEqual([]);
});
