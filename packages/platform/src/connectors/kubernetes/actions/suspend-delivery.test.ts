import { expect, test } from 'vitest';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { signal, twinWorld } from './cases/twin-world.case.ts';
import { suspendable } from './delivery/channels.ts';
import suspendDelivery from './suspend-delivery.ts';

const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });
const argo = { apiVersion: 'argoproj.io/v1alpha1', namespace: 'ml' };

const application = (name: string, more: object = {}): ApiObject => ({
  apiVersion: argo.apiVersion,
  kind: 'Application',
  metadata: { name, namespace: 'ml' },
  spec: { syncPolicy: { automated: { selfHeal: true } } },
  ...more,
});

test('a parent that puts automation back makes the probe fail, until it is suspended too', async () => {
  const child = { group: 'argoproj.io', kind: 'Application', namespace: 'ml', name: 'serving' };
  const root = application('root', { status: { resources: [child] } });
  const { api } = await twinWorld('ml', [root]);
  const of = (name: string) => suspendDelivery.params.parse({ ...argo, kind: 'Application', name });
  const before = await suspendDelivery.read(attempt(api), of('serving'));
  expect(await suspendDelivery.apply(attempt(api), of('serving'), before.record)).toEqual({ outcome: 'done' });
  // The parent looks, as it does by itself in a real cluster.
  expect(api.tick()).toEqual(['Application/ml/serving']);
  const [result] = await suspendDelivery.probe(attempt(api), of('serving'), before);
  expect(result).toMatchObject({ result: 'fails', evidence: expect.stringContaining('Application root manages it') });

  const parent = await suspendDelivery.read(attempt(api), of('root'));
  expect(await suspendDelivery.apply(attempt(api), of('root'), parent.record)).toEqual({ outcome: 'done' });
  const again = await suspendDelivery.read(attempt(api), of('serving'));
  expect(await suspendDelivery.apply(attempt(api), of('serving'), again.record)).toEqual({ outcome: 'done' });
  expect(api.tick()).toEqual([]);
  expect((await suspendDelivery.probe(attempt(api), of('serving'), again))[0]).toMatchObject({ result: 'holds' });
});

test('a synchronisation that is running is told', async () => {
  const busy = application('busy', { operation: { sync: {} }, status: { operationState: { phase: 'Running' } } });
  const { api } = await twinWorld('ml', [busy]);
  const params = suspendDelivery.params.parse({ ...argo, kind: 'Application', name: 'busy' });
  const before = await suspendDelivery.read(attempt(api), params);
  await suspendDelivery.apply(attempt(api), params, before.record);
  const results = await suspendDelivery.probe(attempt(api), params, before);
  expect(results.map(({ result }) => result)).toEqual(['holds', 'cannot-tell']);
});

test('an Application that is switched off already, in either way, is left alone', async () => {
  const off = application('off', { spec: { syncPolicy: { automated: { enabled: false, prune: true } } } });
  const manual = application('manual', { spec: {} });
  const { api } = await twinWorld('ml', [off, manual]);
  for (const name of ['off', 'manual']) {
    const params = suspendDelivery.params.parse({ ...argo, kind: 'Application', name });
    const { record } = await suspendDelivery.read(attempt(api), params);
    expect(suspendDelivery.inEffect(record, params, record)).toBe(true);
    expect(suspendDelivery.preview(params, record)).toEqual([]);
  }
});

test('automation that somebody set anew since is theirs, unless it is forced', async () => {
  const { api } = await twinWorld();
  const params = suspendDelivery.params.parse({ ...argo, kind: 'Application', name: 'serving' });
  const before = (await suspendDelivery.read(attempt(api), params)).record;
  await suspendDelivery.apply(attempt(api), params, before);
  const ref = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace: 'ml', name: 'serving' };
  await api.patch(ref, 'merge', { spec: { syncPolicy: { automated: { prune: false } } } }, signal);
  const { reversal } = suspendDelivery;
  if (reversal.kind !== 'restore') throw new Error('no undo');
  expect(await reversal.restore(attempt(api), params, before)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
  expect(await reversal.restore({ ...attempt(api), force: true }, params, before)).toEqual({ outcome: 'done' });
  expect(reversal.restored((await suspendDelivery.read(attempt(api), params)).record, params, before)).toBe(true);
});

test('parameters name a channel that can be suspended, and nothing else', () => {
  const valid = { ...argo, kind: 'Application', name: 'x' };
  expect(suspendDelivery.params.safeParse(valid).success).toBe(true);
  for (const wrong of [
    { ...valid, kind: 'AppProject' },
    { ...valid, apiVersion: 'v1' },
    { ...valid, apiVersion: 'argoproj.io/../v1' },
    { ...valid, name: '..' },
    { ...valid, name: 'a/b' },
    { ...valid, namespace: 'a/b' },
  ]) {
    expect(suspendDelivery.params.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
  expect(suspendable).toContainEqual({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' });
});
