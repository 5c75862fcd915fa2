import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { at } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { signal, twinWorld } from './cases/twin-world.case.ts';
import { redacted } from './evidence/redaction.ts';
import snapshot from './snapshot.ts';

const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const leaky: ApiObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: 'leaky', namespace: 'ml', annotations: { [lastApplied]: '{"data":{"k":"c2VjcmV0"}}', note: 'x' } },
  data: { key: 'c2VjcmV0' },
};

test('objects are taken whole, secrets without any value, and the record has their digests', async () => {
  const { api } = await twinWorld('ml', [leaky]);
  const objects = [
    'kubernetes:Secret/ml/leaky',
    'kubernetes:PermissionSet/ml/reader::readers',
    'kubernetes:Container/ml/bare/main',
  ];
  const { record, evidence = [] } = await snapshot.read(attempt(api), { objects });
  expect(evidence.map(({ name }) => name)).toEqual([
    'api/v1/namespaces/ml/secrets/leaky.json',
    'apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings/readers.json',
    'api/v1/namespaces/ml/pods/bare.json',
  ]);
  for (const [index, { bytes }] of evidence.entries()) {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.taken[index]?.sha256);
  }
  const text = new TextDecoder().decode(evidence[0]?.bytes);
  expect(text).not.toContain('c2VjcmV0');
  expect(Object.keys(at(JSON.parse(text), 'data') as object)).toEqual(['key']);
  expect(at(JSON.parse(text), 'metadata', 'annotations', 'note')).toBe('x');
});

test('a whole namespace, each object once, without a value of a secret', async () => {
  const { api } = await twinWorld('ml', [leaky]);
  const { record, evidence = [] } = await snapshot.read(attempt(api), {
    objects: ['kubernetes:Secret/ml/leaky'],
    namespaces: ['ml', 'ml'],
  });
  const paths = record.taken.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths).toContain('/apis/argoproj.io/v1alpha1/namespaces/ml/applications/serving');
  for (const { bytes } of evidence) expect(new TextDecoder().decode(bytes)).not.toMatch(/c2VjcmV0|dHIwdWI0ZG9y/);
  expect(evidence.map(({ name }) => name).filter((name) => name.includes('secrets')).length).toBe(3);
});

test('what cannot be had is said', async () => {
  const { api } = await twinWorld();
  const objects = [
    'kubernetes:Pod/ml/none',
    'kubernetes:Privilege/cluster-admin',
    'github:Repo/x',
    'kubernetes:Pod/../x/y',
  ];
  const { record, evidence } = await snapshot.read(attempt(api), { objects });
  expect(evidence).toEqual([]);
  expect(record.missing).toHaveLength(5);
  expect(record.missing[4]).toContain('logs');
});

test('only secrets are changed', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } };
  expect(redacted(map)).toBe(map);
  expect(redacted({ kind: 'Secret', data: null, metadata: { name: 'x' } })).toEqual({
    kind: 'Secret',
    data: {},
    metadata: { name: 'x' },
  });
});
