import { expect, test } from 'vitest';
import type { ApiObject, KubernetesApi } from '../../api.ts';
import { signal, twinWorld } from '../cases/twin-world.case.ts';
import stripSubject from '../strip-subject.ts';

const rbac = 'rbac.authorization.k8s.io';
const params = stripSubject.params.parse({
  bindingKind: 'RoleBinding',
  namespace: 'ml',
  binding: 'readers',
  subject: { kind: 'ServiceAccount', name: 'predictor', namespace: 'ml' },
});
const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });

function grant(name: string, rules: readonly object[], subject: object, namespaced = true): ApiObject[] {
  const metadata = namespaced ? { name, namespace: 'ml' } : { name };
  const kind = namespaced ? 'Role' : 'ClusterRole';
  return [
    { apiVersion: `${rbac}/v1`, kind, metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: rbac, kind, name },
      subjects: [subject],
    },
  ];
}
const secrets = (...verbs: string[]) => [{ apiGroups: [''], resources: ['secrets'], verbs }];

async function stripped(more: readonly ApiObject[]) {
  const { api } = await twinWorld('ml', more);
  const before = await stripSubject.read(attempt(api), params);
  expect(await stripSubject.apply(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  return { api, before };
}

test('a grant that another binding repeats cannot be told, and the other binding is named', async () => {
  const group = { kind: 'Group', name: 'system:serviceaccounts:ml', apiGroup: rbac };
  const { api, before } = await stripped(grant('also', secrets('*'), group, false));
  const results = await stripSubject.probe(attempt(api), params, before);
  expect(results.map(({ result }) => result)).toEqual(['holds', 'cannot-tell']);
  expect(results[1]?.evidence).toContain('ClusterRoleBinding also');
});

test('where another binding repeats a part of it, the rest is tried', async () => {
  const account = { kind: 'ServiceAccount', name: 'predictor', namespace: 'ml' };
  const { api, before } = await stripped(grant('also', secrets('get'), account));
  const results = await stripSubject.probe(attempt(api), params, before);
  expect(results.map(({ result }) => result)).toEqual(['holds', 'holds', 'holds']);
  expect(results[1]?.what).toContain('list secrets in ml');
});

test('an aggregated role is tried by what it selects', async () => {
  const labelled = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'part', labels: { part: 'yes' } },
  };
  const whole = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'whole' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] },
  };
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'wholes' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'whole' },
    subjects: [{ kind: 'User', name: 'bob', apiGroup: rbac }],
  };
  const { api } = await twinWorld('ml', [{ ...labelled, rules: secrets('get') }, whole, binding]);
  const bob = stripSubject.params.parse({
    bindingKind: 'ClusterRoleBinding',
    binding: 'wholes',
    subject: { kind: 'User', name: 'bob' },
  });
  const before = await stripSubject.read(attempt(api), bob);
  const allowed = await stripSubject.probe(attempt(api), bob, before);
  expect(allowed.map(({ result }) => result)).toEqual(['fails', 'fails']);
  await stripSubject.apply(attempt(api), bob, before.record);
  const denied = await stripSubject.probe(attempt(api), bob, before);
  expect(denied.map(({ result }) => result)).toEqual(['holds', 'holds']);
  expect(denied[1]?.what).toBe('User bob may not get secrets in all namespaces');
}, 30_000);

test('what cannot be looked at cannot be told', async () => {
  const { api, before } = await stripped([]);
  const blind: KubernetesApi = {
    ...api,
    async *list() {
      yield { ok: false, failure: 'forbidden', status: 403, reason: 'no', sent: true };
    },
  };
  const results = await stripSubject.probe(attempt(blind), params, before);
  expect(results.map(({ result }) => result)).toEqual(['holds', 'cannot-tell']);
});

test('a binding that was deleted since is made again at undo', async () => {
  const { api, before } = await stripped([]);
  const { reversal } = stripSubject;
  if (reversal.kind !== 'restore') throw new Error('no undo');
  const ref = { group: rbac, version: 'v1', plural: 'rolebindings', namespace: 'ml', name: 'readers' };
  await api.delete(ref, {}, signal);
  expect(stripSubject.inEffect((await stripSubject.read(attempt(api), params)).record, params, before.record)).toBe(
    true,
  );
  expect(await reversal.restore(attempt(api), params, before.record)).toEqual({ outcome: 'done' });
  const now = await stripSubject.read(attempt(api), params);
  expect(reversal.restored(now.record, params, before.record)).toBe(true);
  expect(now.record.object?.subjects).toEqual(before.record.object?.subjects);

  // A binding of the same name to another role is somebody else's.
  await api.delete(ref, {}, signal);
  const other = {
    ...before.record.object,
    metadata: { name: 'readers' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'x' },
  };
  await api.create({ ...ref, name: undefined }, { ...other, subjects: [] } as ApiObject, signal);
  expect(await reversal.restore(attempt(api), params, before.record)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
});
