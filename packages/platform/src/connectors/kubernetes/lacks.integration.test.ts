/** What our own credential may not do, asked of a real API server with credentials of every size. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textAt } from '../../intake/foreign.ts';
import { refOfObject } from './actions/cases/world.case.ts';
import { waitFor } from './actions/exchange/patience.ts';
import { actions } from './actions/index.ts';
import { refTo } from './actions/objects/built-in.ts';
import type { ApiObject, KubernetesApi } from './api.ts';
import kubernetes from './index.ts';
import { lacks } from './lacks.ts';

const signal = new AbortController().signal;
const home = `firebreak-lacks-${randomBytes(3).toString('hex')}`;
const rbac = 'rbac.authorization.k8s.io';
const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
if (kubeconfig === '') throw new Error('FIREBREAK_KUBECONFIG names no kubeconfig: start peers/kubernetes');
const api: KubernetesApi = await kubernetes.connect(kubernetes.parse(kubeconfig), signal);

const roleOf = (id: string) =>
  (actions.find((action) => action.id === id)?.permissions ?? []).map((permission) => {
    const [, verb = '', group = '', resource = ''] = /^(\S+) ([^/]+)\/(.+)$/.exec(permission) ?? [];
    return { verbs: [verb], apiGroups: [group === 'core' ? '' : group], resources: [resource] };
  });
const account = (name: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: home },
});
const subjects = (name: string) => [{ kind: 'ServiceAccount', name, namespace: home }];
const made: readonly ApiObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } },
  ...['nobody', 'scaler', 'everywhere'].map(account),
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'scaler', namespace: home },
    // Deployments only, and here only.
    rules: roleOf('kubernetes.scale-to-zero').filter(({ resources: [of] }) => of !== 'statefulsets'),
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'scaler', namespace: home },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'scaler' },
    subjects: subjects('scaler'),
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: home },
    rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['list'] }, ...roleOf('kubernetes.cordon-node')],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: home },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: home },
    subjects: [...subjects('everywhere'), ...subjects('scaler')],
  },
];

beforeAll(async () => {
  for (const object of made) {
    const result = await api.create({ ...refOfObject(object), name: undefined }, object, signal);
    if (!result.ok) throw new Error(`${object.kind}: ${result.reason}`);
  }
});
afterAll(async () => {
  for (const object of made.filter(({ metadata }) => metadata?.namespace === undefined))
    await api.delete(refOfObject(object), {}, signal);
  await api.close();
});

async function lackingOf(name: string) {
  const ref = { ...refTo('ServiceAccount', home, name), subresource: 'token' };
  const token = await api.create(ref, { spec: { expirationSeconds: 600 } }, signal);
  if (!token.ok) throw new Error(token.reason);
  return await lacks(api.withToken(textAt(token.value, 'status', 'token') ?? ''), actions, signal);
}

test('an administrator lacks nothing', async () => {
  expect(await lacks(api, actions, signal)).toEqual([]);
});

test('somebody without rights lacks every action, with every right that it needs', async () => {
  const lacking = await lackingOf('nobody');
  expect(lacking.map(({ action }) => action)).toEqual(actions.map(({ id }) => id));
  for (const { rights, except } of lacking) {
    expect(rights.length).toBeGreaterThan(0);
    // It may not list namespaces, so that nothing is known of any.
    expect(except?.({ name: 'x' })).toBe(false);
  }
});

test('a right for the whole cluster is seen with one question', async () => {
  const settled = await waitFor(
    () => lackingOf('everywhere'),
    (lacking) => !lacking.some(({ action }) => action === 'kubernetes.cordon-node'),
    { atMost: 20_000, every: 250 },
    signal,
  );
  expect(settled.last.map(({ action }) => action)).not.toContain('kubernetes.cordon-node');
  expect(settled.last.map(({ action }) => action)).toContain('kubernetes.delete-pod');
});

test('a right in one namespace counts there, for the kinds that it is about', async () => {
  const settled = await waitFor(
    () => lackingOf('scaler'),
    (lacking) =>
      lacking
        .find(({ action }) => action === 'kubernetes.scale-to-zero')
        ?.except?.({ kind: 'Deployment', namespace: home, name: 'x' }) === true,
    { atMost: 20_000, every: 250 },
    signal,
  );
  const scale = settled.last.find(({ action }) => action === 'kubernetes.scale-to-zero');
  expect(scale?.except?.({ kind: 'Deployment', namespace: home, name: 'x' })).toBe(true);
  expect(scale?.except?.({ kind: 'StatefulSet', namespace: home, name: 'x' })).toBe(false);
  expect(scale?.except?.({ kind: 'Deployment', namespace: 'default', name: 'x' })).toBe(false);
});
