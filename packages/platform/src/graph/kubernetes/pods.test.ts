/** Pods that no manifest holds, of resources whose operators make them. */
import { expect, test } from 'vitest';
import { estate, object } from '../edges/kubernetes/cases/world.case.ts';
import { podsOf } from './pods.ts';

const ray = object('ray.io/v1', 'RayCluster', 'train', {
  spec: {
    headGroupSpec: { template: { spec: { serviceAccountName: 'ray', containers: [{ name: 'head' }] } } },
    workerGroupSpecs: [
      { groupName: 'gpu', template: { spec: { containers: [{ name: 'w', securityContext: { privileged: true } }] } } },
    ],
  },
});
const ids = (...world: Parameters<typeof estate>[0]) => podsOf(estate(world)).all.map(({ id }) => id);

test('a cluster in a manifest stands for its pods, under their own account', () => {
  expect(ids(ray)).toEqual(['kubernetes:Pod/prod/train-head', 'kubernetes:Pod/prod/train-gpu']);
  const [head] = podsOf(estate([ray])).all;
  expect(head).toMatchObject({ wouldBe: true, account: 'kubernetes:ServiceAccount/prod/ray' });
});

test('where its operator has made pods, those count and no others', () => {
  const live = object(
    'v1',
    'Pod',
    'train-head-abc',
    { spec: { containers: [{ name: 'head' }] }, status: { phase: 'Running' } },
    { labels: { 'ray.io/cluster': 'train' } },
  );
  expect(ids(ray, live)).toEqual(['kubernetes:Pod/prod/train-head-abc']);
  const elsewhere = { ...live, metadata: { ...live.metadata, namespace: 'dev' } };
  expect(ids(ray, elsewhere)).toHaveLength(3);
});
