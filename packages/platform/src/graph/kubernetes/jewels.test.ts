import { expect, test } from 'vitest';
import { account, estate, node, object, pod, secret, tokenSecret } from '../edges/kubernetes/cases/world.case.ts';
import { nodeRules } from '../nodes/index.ts';

function jewels(world: Parameters<typeof estate>[0]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const now = estate(world);
  for (const rule of nodeRules)
    for (const { id, jewel } of rule.derive(now))
      if (jewel !== undefined) found.set(id.replace('kubernetes:', ''), jewel);
  return found;
}

test('by default: hosts, cluster-admin, served models, named storage, secrets that open something', () => {
  const found = jewels([
    node('n1'),
    pod('a'),
    secret('s'),
    secret('empty', 'Opaque', []),
    account('sa'),
    tokenSecret('t', 'sa'),
    secret('sh.helm.release.v1.x', 'helm.sh/release.v1', ['release']),
    object('v1', 'PersistentVolumeClaim', 'llm-weights', { spec: {} }),
    object('v1', 'PersistentVolumeClaim', 'remodelled', { spec: {} }),
    object('serving.kserve.io/v1beta1', 'InferenceService', 'llm', { spec: { predictor: {} } }),
    object('ray.io/v1', 'RayJob', 'train'),
  ]);
  expect([...found.keys()].sort()).toEqual([
    'InferenceService.serving.kserve.io/prod/llm',
    'Model/prod/llm',
    'Node/n1',
    'PersistentVolumeClaim/prod/llm-weights',
    'Privilege/cluster-admin',
    'Secret/prod/s',
  ]);
});

test('anything may say that it is one, or that it is none', () => {
  const say = (annotations: object) => ({ annotations });
  const found = jewels([
    pod('a', {}, {}, say({ 'firebreak.dev/crown-jewel': 'keeps the lights on' })),
    object('v1', 'Secret', 'public', { data: { key: 'eA==' } }, say({ 'firebreak.dev/crown-jewel': 'false' })),
    object('v1', 'ConfigMap', 'training-set', {}, { labels: { 'firebreak.dev/asset': 'dataset' } }),
  ]);
  expect(found.get('Pod/prod/a')).toBe('keeps the lights on');
  expect(found.has('Secret/prod/public')).toBe(false);
  expect(found.get('ConfigMap/prod/training-set')).toBe('marked as dataset');
});
