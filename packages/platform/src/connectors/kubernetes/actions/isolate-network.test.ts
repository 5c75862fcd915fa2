import { expect, test } from 'vitest';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { signal, twinWorld } from './cases/twin-world.case.ts';
import isolateNetwork, { policyName } from './isolate-network.ts';
import { refTo } from './objects/built-in.ts';

const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });
const params = isolateNetwork.params.parse({
  namespace: 'ml',
  podSelector: { app: 'serve' },
  direction: 'ingress',
  name: 'quarantine',
});
const policy = (name: string, spec: object): ApiObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'ml' },
  spec,
});
const { reversal } = isolateNetwork;
if (reversal.kind !== 'restore') throw new Error('no undo');

test('an existing policy is never overwritten, at apply and at undo', async () => {
  const theirs = policy('quarantine', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] });
  const { api } = await twinWorld('ml', [theirs]);
  const ref = refTo('NetworkPolicy', 'ml', 'quarantine');
  const start = await api.get(ref, signal);
  const before = (await isolateNetwork.read(attempt(api), params)).record;
  expect(isolateNetwork.inEffect(before, params, before)).toBe(false);
  expect(isolateNetwork.preview(params, before)).toEqual([]);
  expect(await isolateNetwork.apply(attempt(api), params, before)).toMatchObject({
    outcome: 'refused',
    code: 'FB-K8S-CONFLICT',
    retryable: false,
  });
  expect(await reversal.restore(attempt(api), params, before)).toEqual({ outcome: 'done' });
  expect(await api.get(ref, signal)).toEqual(start);
});

test('our policy that somebody has changed is not deleted, unless it is forced', async () => {
  const { api } = await twinWorld();
  const before = (await isolateNetwork.read(attempt(api), params)).record;
  await isolateNetwork.apply(attempt(api), params, before);
  await api.patch(refTo('NetworkPolicy', 'ml', 'quarantine'), 'merge', { spec: { ingress: [{}] } }, signal);
  expect(await reversal.restore(attempt(api), params, before)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
  expect(await reversal.restore({ ...attempt(api), force: true }, params, before)).toEqual({ outcome: 'done' });
  expect((await isolateNetwork.read(attempt(api), params)).record.policy).toBeNull();
});

async function probed(...more: ApiObject[]) {
  const { api } = await twinWorld('ml', more);
  const before = await isolateNetwork.read(attempt(api), params);
  await isolateNetwork.apply(attempt(api), params, before.record);
  return { before, results: await isolateNetwork.probe(attempt(api), params, before) };
}

test('another policy that allows traffic to the same pods makes the probe fail, and is told', async () => {
  const gateway = policy('gateway', {
    podSelector: {},
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'gateway' } } }] }],
  });
  const { before, results } = await probed(gateway);
  expect(before.record.others).toEqual([{ name: 'gateway', allows: ['from pods (app=gateway) of its namespace'] }]);
  expect(results.map(({ result }) => result)).toEqual(['fails', 'cannot-tell']);
  expect(results[0]?.evidence).toContain('gateway allows from pods (app=gateway)');
});

test('a policy for pods that are not there yet cannot be told', async () => {
  const canary = policy('canary', { podSelector: { matchLabels: { app: 'serve', track: 'canary' } }, ingress: [{}] });
  expect((await probed(canary)).results[0]).toMatchObject({ result: 'cannot-tell' });
});

test('pods on the host’s network are out of reach', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tap', namespace: 'ml', labels: { app: 'serve' } },
    spec: { hostNetwork: true, containers: [{ name: 'main', image: 'x' }] },
  };
  const { results } = await probed(pod);
  expect(results[0]).toMatchObject({ result: 'fails', evidence: expect.stringContaining('tap') });
});

test('enforcement is never claimed; the plugin that was found is evidence', async () => {
  const calico = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'ml' },
    spec: { selector: {}, template: { spec: { containers: [] } } },
  };
  expect((await probed()).results[1]?.evidence).toContain('No network plugin');
  expect((await probed(calico)).results[1]).toMatchObject({
    result: 'cannot-tell',
    evidence: expect.stringContaining('Calico'),
  });
});

test('the same wish has the same name, another wish another', () => {
  const name = (podSelector: Record<string, string> | null, direction: 'both' | 'egress' = 'both') =>
    policyName({ namespace: 'ml', podSelector, direction });
  expect(name({ a: '1', b: '2' })).toBe(name({ b: '2', a: '1' }));
  expect(name({})).toBe(name(null));
  expect(new Set([name(null), name({ a: '1' }), name(null, 'egress')]).size).toBe(3);
  expect(name(null)).toMatch(/^firebreak-isolate-[0-9a-f]{10}$/);
});
