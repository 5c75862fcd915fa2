import type { AnyFact, Estate } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { followEstate } from '../../facts/follow.ts';
import { manifestDigest } from '../../facts/manifest-set.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from './api.ts';
import kubernetes from './index.ts';
import { countedIds, makeTwin, type Twin } from './twin.ts';
import { watchFacts } from './watch.ts';

const core = (plural: string, name?: string): ResourceRef => ({
  group: '',
  version: 'v1',
  plural,
  namespace: 'ml',
  name,
});
const forever = new AbortController().signal;
const timing = { settleMs: 5, rereadMs: 20, pauseMs: 5 };
const object = (kind: string, name: string, more: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'ml' },
  ...more,
});

function world(): Twin {
  const twin = makeTwin({ authorize: () => true, ids: countedIds() });
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ml' } },
    object('Pod', 'old', { spec: {} }),
    object('Secret', 's', { type: 'Opaque' }),
  ];
  twin.load(objects, { start: true });
  return twin;
}

/** Follows the api, does the steps one after the other, and ends when the estate is what the last step waits for. */
async function follow(
  api: KubernetesApi,
  steps: readonly { readonly act: () => Promise<unknown>; readonly until: (estate: Estate) => boolean }[],
): Promise<Estate> {
  const ended = new AbortController();
  let step = -1;
  let last: Estate | undefined;
  for await (const estate of followEstate(watchFacts(api, ended.signal, timing))) {
    last = estate;
    while (step < steps.length && (step === -1 || steps[step]?.until(estate))) {
      step += 1;
      await steps[step]?.act();
      break;
    }
    if (step >= steps.length) ended.abort();
  }
  if (last === undefined) throw new Error('no estate');
  return last;
}
const has = (estate: Estate, id: string) =>
  (['kubernetes.pod', 'kubernetes.secret', 'kubernetes.config-map'] as const).some(
    (kind) => (estate.get(kind, id) as AnyFact | undefined) !== undefined,
  );

test('after changes, the followed estate is the one that a fresh collect gives', async () => {
  const twin = world();
  const followed = await follow(twin, [
    {
      act: () => twin.create(core('pods'), object('Pod', 'new', { spec: {} }), forever),
      until: (estate) => has(estate, 'kubernetes:Pod/ml/new'),
    },
    {
      act: () => twin.delete(core('pods', 'old'), {}, forever),
      until: (estate) => !has(estate, 'kubernetes:Pod/ml/old'),
    },
    {
      act: () => twin.create(core('secrets'), object('Secret', 'fresh', { type: 'example.com/x' }), forever),
      until: (estate) => has(estate, 'kubernetes:Secret/ml/fresh'),
    },
    {
      act: () => twin.patch(core('pods', 'new'), 'merge', { metadata: { labels: { a: 'b' } } }, forever),
      until: (estate) => estate.get('kubernetes.pod', 'kubernetes:Pod/ml/new')?.data.metadata.labels.a === 'b',
    },
  ]);
  const fresh = await collectSession(kubernetes, twin, forever);
  expect(manifestDigest(followed)).toBe(manifestDigest(fresh.estate));
  expect(followed.get('kubernetes.secret', 'kubernetes:Secret/ml/fresh')?.data.type).toBe('example.com/x');
});

test('a watch that lost its place, and one that breaks, list again', async () => {
  const twin = world();
  let watches = 0;
  const flaky: KubernetesApi = {
    ...twin,
    async *watch(ref, revision, signal, form) {
      if (ref.plural === 'pods') {
        watches += 1;
        if (watches === 1) {
          // What happens while nobody watches is found by the list.
          await twin.delete(core('pods', 'old'), {}, signal);
          yield { ok: true, value: { type: 'ERROR', object: { code: 410 } } };
          return;
        }
        if (watches === 2) {
          await twin.create(core('pods'), object('Pod', 'meanwhile', { spec: {} }), signal);
          yield { ok: false, failure: 'unreachable', reason: 'gone', sent: true };
          return;
        }
      }
      yield* twin.watch(ref, revision, signal, form);
    },
  };
  const estate = await follow(flaky, [
    {
      act: async () => {},
      until: (now) => !has(now, 'kubernetes:Pod/ml/old') && has(now, 'kubernetes:Pod/ml/meanwhile'),
    },
  ]);
  expect(watches).toBeGreaterThanOrEqual(2);
  expect(has(estate, 'kubernetes:Pod/ml/meanwhile')).toBe(true);
});

test('what cannot be discovered is a gap until it can', async () => {
  const twin = world();
  let asked = 0;
  const waking: KubernetesApi = {
    ...twin,
    async discover(signal) {
      asked += 1;
      if (asked < 3) return { ok: false, failure: 'unreachable', reason: 'no connection', sent: false };
      return twin.discover(signal);
    },
  };
  const ended = new AbortController();
  const gaps: (string | undefined)[] = [];
  for await (const batch of watchFacts(waking, ended.signal, timing)) {
    gaps.push(batch.gaps[0]?.code);
    if (batch.facts.length > 0) ended.abort();
  }
  expect(gaps).toEqual(['FB-K8S-UNREACHABLE', 'FB-K8S-UNREACHABLE', undefined]);
});

test('what is read from files is not followed, so that what was collected stays', async () => {
  const session = await kubernetes.connect(kubernetes.config.parse({ from: '-' }), forever);
  for await (const batch of kubernetes.watch?.(session, forever) ?? []) expect.unreachable(JSON.stringify(batch));
});
