import type { AnyFact, Estate } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from '../../../../facts/estate.ts';
import type { ApiObject } from '../../api.ts';
import { normalise } from '../../normalise.ts';
import { worldObjects } from '../cases/world.case.ts';
import { actions } from '../index.ts';

function estate(objects: readonly ApiObject[]): Estate {
  const facts: AnyFact[] = objects.flatMap((object) => [...normalise(object, { locator: 'test' }).facts]);
  return estateOf(facts, []);
}
const owned = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'x/v1', kind, name, uid: 'u', controller: true }],
});
const pod = (name: string, metadata: object, spec: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ml', ...metadata },
  spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
});
const replicaSet: ApiObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'serve-1', namespace: 'ml', ...owned('Deployment', 'serve') },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'serve' } },
    template: { metadata: { labels: { app: 'serve' } }, spec: { serviceAccountName: 'predictor', containers: [] } },
  },
};
const pods = [1, 2, 3, 4, 5, 6].map((n) =>
  pod(
    `serve-1-${n}`,
    { labels: { app: 'serve' }, ...owned('ReplicaSet', 'serve-1') },
    { serviceAccountName: 'predictor' },
  ),
);
const world = estate([...worldObjects('ml'), replicaSet, ...pods]);

function on(id: string, params: Record<string, unknown>, facts = world) {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(id);
  const parsed = action.params.parse(params);
  return { impact: action.impact(parsed, facts), drastic: action.drastic(parsed, facts) };
}

test('a deployment counts once, however many pods it has, with the weight of who notices', () => {
  const { impact, drastic } = on('kubernetes.scale-to-zero', { kind: 'Deployment', namespace: 'ml', name: 'serve' });
  // Behind a Service: 3, doubled by the namespace's sla label.
  expect(impact.interrupts).toEqual([
    { who: { kind: 'Deployment', id: 'kubernetes:Deployment/ml/serve', name: 'serve' }, what: 'It stops.', weight: 6 },
  ]);
  expect(impact.cost).toBe(26);
  expect(drastic).toBe(true);
});

test('what nobody reaches is not drastic to stop', () => {
  const { impact, drastic } = on('kubernetes.park-daemonset', { namespace: 'ml', name: 'agent' });
  expect(impact.cost).toBe(20 + 2 * 2);
  expect(drastic).toBe(false);
  expect(on('kubernetes.suspend-job', { kind: 'CronJob', namespace: 'ml', name: 'nightly' }).impact.cost).toBe(6 + 2);
});

test('invalidating tokens names the pods that must restart, and is drastic for a widely used account', () => {
  const { impact, drastic } = on('kubernetes.invalidate-tokens', { namespace: 'ml', serviceAccount: 'predictor' });
  expect(impact.restarts?.map(({ name }) => name)).toEqual(pods.map(({ metadata }) => metadata?.name));
  expect(impact.interrupts.map(({ who }) => who.name)).toEqual(['serve']);
  expect(impact.cost).toBe(4 + 6);
  expect(drastic).toBe(true);
  expect(on('kubernetes.invalidate-tokens', { namespace: 'ml', serviceAccount: 'trainer' })).toEqual({
    impact: { cost: 4, interrupts: [] },
    drastic: false,
  });
  // The bare pod names no account, so it runs as default.
  expect(on('kubernetes.invalidate-tokens', { namespace: 'ml', serviceAccount: 'default' }).drastic).toBe(true);
});

test('isolating interrupts what the selector selects', () => {
  const all = on('kubernetes.isolate-network', { namespace: 'ml', podSelector: null, direction: 'egress' });
  expect(all.impact.interrupts.map(({ who }) => who.name).sort()).toEqual([
    'agent',
    'bare',
    'nightly',
    'picky',
    'resting',
    'serve',
    'store',
    'train',
  ]);
  expect(all.drastic).toBe(false);
  const served = on('kubernetes.isolate-network', {
    namespace: 'ml',
    podSelector: { app: 'serve' },
    direction: 'both',
  });
  expect(served.impact.interrupts.map(({ who }) => who.name)).toEqual(['serve']);
  expect(served.drastic).toBe(true);
});

test('the outside and models weigh more', () => {
  const ingress: ApiObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'ml' },
    spec: { defaultBackend: { service: { name: 'serve', port: { number: 80 } } } },
  };
  const params = { kind: 'Deployment', namespace: 'ml', name: 'serve' };
  const outside = estate([...worldObjects('ml'), ingress]);
  expect(on('kubernetes.scale-to-zero', params, outside).impact.cost).toBe(20 + 2 * 4);
  const model: ApiObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'llm', namespace: 'plain' },
    spec: {
      selector: {},
      template: { metadata: { labels: { 'serving.kserve.io/inferenceservice': 'llm' } }, spec: { containers: [] } },
    },
  };
  expect(
    on('kubernetes.scale-to-zero', { ...params, namespace: 'plain', name: 'llm' }, estate([model])).impact.cost,
  ).toBe(25);
});

test('what is delivered is said to come back, unless its delivery is suspended first', () => {
  const marked = {
    labels: { 'kustomize.toolkit.fluxcd.io/name': 'serving', 'kustomize.toolkit.fluxcd.io/namespace': 'ml' },
  };
  const bare = on(
    'kubernetes.delete-pod',
    { namespace: 'ml', name: 'x' },
    estate([...worldObjects('ml'), pod('x', marked)]),
  );
  expect(bare.impact.interrupts.at(-1)).toMatchObject({
    who: { kind: 'Kustomization', id: 'kubernetes:Kustomization.kustomize.toolkit.fluxcd.io/ml/serving' },
    weight: 0,
  });
  const child = on('kubernetes.suspend-delivery', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    namespace: 'ml',
    name: 'serving',
  });
  expect(child.impact).toMatchObject({ cost: 2, interrupts: [{ weight: 0 }, { who: { name: 'root' }, weight: 0 }] });
});

test('owner references in a circle end', () => {
  const circle = (name: string, owner: string): ApiObject => ({
    ...replicaSet,
    metadata: { name, namespace: 'ml', ...owned('ReplicaSet', owner) },
  });
  const facts = estate([circle('a', 'b'), circle('b', 'a')]);
  expect(
    on('kubernetes.scale-to-zero', { kind: 'ReplicaSet', namespace: 'ml', name: 'a' }, facts).impact.cost,
  ).toBeGreaterThanOrEqual(20);
});
