import { expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import { twinWorld } from './actions/cases/twin-world.case.ts';
import type { ApiObject } from './api.ts';
import snapshot from './snapshots/objects.ts';

const leaky: ApiObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: 'leaky', namespace: 'ml', labels: { app: 'x' } },
  data: { key: 'c2VjcmV0' },
};

test('everything in a namespace; values of secrets only where what is taken is sealed', async () => {
  const { api } = await twinWorld('ml', [leaky]);
  const secret = 'api/v1/namespaces/ml/secrets/leaky.json';
  const plain = await takenBy(snapshot, 'kubernetes:Namespace/ml', api);
  expect(plain.missing).toEqual([]);
  expect(plain.bytes.size).toBeGreaterThan(10);
  expect(plain.bytes.has('api/v1/namespaces/ml.json')).toBe(true);
  for (const bytes of plain.bytes.values()) expect(bytes.toString()).not.toContain('c2VjcmV0');
  const sealed = await takenBy(snapshot, 'kubernetes:Namespace/ml', api, true);
  expect(sealed.bytes.get(secret)?.toString()).toContain('c2VjcmV0');
  expect([...sealed.bytes.keys()]).toEqual([...plain.bytes.keys()]);
  const labelled = await takenBy(snapshot, 'kubernetes:Namespace/ml?labels=app=x', api);
  expect(labelled.bytes.has(secret)).toBe(true);
  expect(labelled.bytes.size).toBeLessThan(plain.bytes.size);
});

test('one object by its id; a container is its pod; what is not there is said', async () => {
  const { api } = await twinWorld('ml', [leaky]);
  const pod = 'api/v1/namespaces/ml/pods/bare.json';
  expect([...(await takenBy(snapshot, 'kubernetes:Pod/ml/bare', api)).bytes.keys()]).toEqual([pod]);
  expect([...(await takenBy(snapshot, 'kubernetes:Container/ml/bare/main', api)).bytes.keys()]).toEqual([pod]);
  const argo = await takenBy(snapshot, 'kubernetes:Application.argoproj.io/ml/serving', api);
  expect([...argo.bytes.keys()]).toEqual(['apis/argoproj.io/v1alpha1/namespaces/ml/applications/serving.json']);
  const none = await takenBy(snapshot, 'kubernetes:Pod/ml/none', api);
  expect(none.missing).toMatchObject([{ code: 'FB-EVIDENCE-PARTIAL' }]);
});
