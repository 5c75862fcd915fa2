/**
 * Canaries in a real cluster: their levers write to the real API server, real requests go the way that its HTTPRoute says. A good version
 * is scaled up to all of the traffic, a bad one is taken back, and of what is stored nothing else has changed.
 */
import { randomBytes } from 'node:crypto';
import { type CanaryRun, type CanaryWish, canaryConfigSchema, canaryEnds } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openCanaries } from '../../packages/platform/src/app/canary/open-canaries.ts';
import { actions } from '../../packages/platform/src/connectors/kubernetes/actions/index.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { capabilityKey } from '../../packages/platform/src/execution/approval/capability.ts';
import { openApprovalPolicy } from '../../packages/platform/src/execution/approval/policy.ts';
import { estateOf } from '../../packages/platform/src/facts/estate.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { at } from '../../packages/platform/src/intake/foreign.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { ephemeralSigner } from '../../packages/platform/src/ledger/key.ts';
import { createLedger } from '../../packages/platform/src/ledger/ledger.ts';
import type { Canaries } from '../../packages/platform/src/recovery/canary/run.ts';
import { openStorage, type Storage } from '../../packages/platform/src/storage/storage.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { type Controller, openGateway, openServing } from './gateway.ts';
import { type CanaryUpstream, startUpstream } from './upstream.ts';

const signal = new AbortController().signal;
const namespace = `firebreak-canary-${randomBytes(3).toString('hex')}`;
const route: ResourceRef = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  namespace,
  name: 'models',
};
const service: ResourceRef = {
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
  namespace,
  name: 'sums',
};
const nothing = deriveGraph(estateOf([], []), [], []);
let api: KubernetesApi;
let upstreams: Record<'old' | 'new', CanaryUpstream>;
let gateway: Awaited<ReturnType<typeof openGateway>>;
let serving: Controller;
let database: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let canaries: Canaries;

async function make(ref: ResourceRef, object: object): Promise<void> {
  const made = await api.create({ ...ref, name: undefined }, object as ApiObject, signal);
  if (!made.ok) throw new Error(made.reason);
}
async function stored(ref: ResourceRef): Promise<ApiObject> {
  const read = await api.get(ref, signal);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}
/** What people wrote, without what the server counts and controllers report. */
async function written(ref: ResourceRef) {
  const { metadata, spec } = (await stored(ref)) as { metadata: Record<string, unknown>; spec: unknown };
  const { labels, annotations, name, uid } = metadata;
  return { metadata: { labels, annotations, name, uid }, spec };
}

beforeAll(async () => {
  api = await kubernetes.connect(kubernetes.parse(process.env.FIREBREAK_KUBECONFIG ?? ''), signal);
  await make(
    { group: '', version: 'v1', plural: 'namespaces', name: namespace },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    },
  );
  await make(route, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'models', namespace, labels: { team: 'sums' }, annotations: { note: 'kept' } },
    spec: {
      parentRefs: [{ name: 'edge' }],
      hostnames: ['sums.example'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { name: 'old', port: 80, weight: 100 },
            { name: 'new', port: 80, weight: 0 },
          ],
        },
        {
          matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
          backendRefs: [{ name: 'old', port: 80, weight: 7 }],
        },
      ],
    },
  });
  await make(service, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'sums', namespace, annotations: { note: 'kept' } },
    spec: { predictor: { minReplicas: 1, model: { modelFormat: { name: 'vllm' }, storageUri: 's3://models/sums/2' } } },
  });
  upstreams = { old: await startUpstream('The sum is 4.'), new: await startUpstream('That makes 4.') };
  gateway = await openGateway(api, route, { old: upstreams.old.url, new: upstreams.new.url });
  serving = openServing(api, service, { newest: 'sums-2', before: 'sums-1' });
  database = await testServer();
  storage = await openStorage({ url: await database.database() });
  canaries = openCanaries({
    storage,
    ledger: createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock: systemClock }),
    clock: systemClock,
    levers: { actions, session: () => api },
    policy: openApprovalPolicy,
    key: capabilityKey(randomBytes(32)),
    graph: async () => nothing,
    asset: () => undefined,
    pace: { pollMs: 50, readMs: 200, againMs: 500 },
  });
  canaries.work();
});
afterAll(async () => {
  await canaries?.close();
  await gateway?.close();
  await serving?.close();
  await storage?.close();
  await database?.stop();
  for (const id of ['old', 'new'] as const) await upstreams?.[id].stop();
  await api?.delete({ group: '', version: 'v1', plural: 'namespaces', name: namespace }, {}, signal);
  await api?.close();
});

const byRoute = {
  action: 'kubernetes.shift-route',
  params: { namespace, name: 'models', baseline: 'old', canary: 'new' },
};
const byInference = { action: 'kubernetes.shift-inference', params: { namespace, name: 'sums' } };

function wish(lever: typeof byRoute | typeof byInference): CanaryWish {
  const stage = { looks: 1, minSamples: 12, lookSeconds: 1, maxSeconds: 60 };
  return {
    name: 'sums, restored',
    stages: [{ percent: 20, ...stage }, { percent: 60, ...stage }, { percent: 100 }],
    metrics: [
      { name: 'wrong answers', kind: 'pairs', critical: true, source: { from: 'guard', measure: 'mismatches' } },
      { name: 'no answers', kind: 'proportion', group: 'safety', source: { from: 'guard', measure: 'failures' } },
    ],
    traffic: { by: 'lever', ...lever },
    ...(lever === byRoute
      ? {
          probe: {
            address: `${gateway.address}/v1/chat/completions`,
            body: { model: 'sums', messages: [{ role: 'user', content: '2 + 2?' }] },
            tells: { in: 'header' as const, name: 'x-served-by' },
            baseline: 'old',
            canary: 'new',
          },
        }
      : {}),
    guard: {
      baseline: { address: `${upstreams.old.url}/v1`, model: 'sums' },
      canary: { address: `${upstreams.new.url}/v1`, model: 'sums' },
      queries: Array.from({ length: 12 }, (_, place) => ({
        id: `sum ${place}`,
        prompt: `${place} + ${4 - place}?`,
        expect: { be: 'containing' as const, text: '4' },
      })),
    },
  };
}

async function follow(lever: typeof byRoute | typeof byInference): Promise<CanaryRun> {
  const config = canaryConfigSchema.parse(wish(lever));
  const { id } = await canaries.start({ config, by: 'Ada', role: 'approver' });
  return vi.waitFor(
    async () => {
      const now = await canaries.get(id);
      if (!canaryEnds.includes(now.state)) throw new Error(`${now.state}: ${now.why}`);
      return now;
    },
    { timeout: 90_000, interval: 100 },
  );
}
const moved = (run: CanaryRun) =>
  run.moves.map(({ percent, outcome, probes }) => [percent, outcome, probes.map(({ result }) => result)]);

test('an HTTPRoute: a bad version is taken back, and the route is stored as it was', async () => {
  const before = await written(route);
  upstreams.new.answer = 'The sum is 5.';
  const run = await follow(byRoute);
  expect(run, run.why).toMatchObject({ state: 'rolled-back', percent: 0 });
  expect(run.why).toMatch(/^wrong answers, which alone fails the canary: /);
  expect(moved(run)).toEqual([
    [20, 'done', ['holds', 'holds']],
    [0, 'done', ['holds', 'holds']],
  ]);
  expect(gateway.served.new).toBeGreaterThan(0);
  expect(await written(route)).toEqual(before);
});

test('a good one is scaled up until it has all; nothing but the two weights has changed', async () => {
  const before = await written(route);
  upstreams.new.answer = 'That makes 4.';
  const run = await follow(byRoute);
  expect(run, run.why).toMatchObject({ state: 'promoted', percent: 100 });
  expect(moved(run)).toEqual([
    [20, 'done', ['holds', 'holds']],
    [60, 'done', ['holds', 'holds']],
    [100, 'done', ['holds', 'holds']],
  ]);
  const expected = structuredClone(before) as { spec: { rules: { backendRefs: { weight: number }[] }[] } };
  for (const [place, weight] of [0, 100].entries())
    Object.assign(expected.spec.rules[0]?.backendRefs[place] ?? {}, { weight });
  expect(await written(route)).toEqual(expected);
});

test('an InferenceService: up by its newest revision, and back by one field', async () => {
  const before = await written(service);
  const promoted = await follow(byInference);
  expect(promoted, promoted.why).toMatchObject({ state: 'promoted', percent: 100 });
  expect(moved(promoted)).toEqual([20, 60, 100].map((percent) => [percent, 'done', ['holds']]));
  const withShare = (percent: number) => {
    const expected = structuredClone(before) as { spec: { predictor: object } };
    Object.assign(expected.spec.predictor, { canaryTrafficPercent: percent });
    return expected;
  };
  expect(await written(service)).toEqual(withShare(100));

  upstreams.new.answer = 'The sum is 5.';
  const back = await follow(byInference);
  expect(back, back.why).toMatchObject({ state: 'rolled-back', percent: 0 });
  expect(await written(service)).toEqual(withShare(0));
  const told = at(await stored(service), 'status', 'components', 'predictor', 'traffic');
  expect(told).toEqual([{ revisionName: 'sums-1', latestRevision: false, percent: 100 }]);
});

test('what somebody else changes meanwhile stays theirs: a route that lost the canary’s backend ends stuck, and says so', async () => {
  const lost = await stored(route);
  const rules = structuredClone(at(lost, 'spec', 'rules')) as { backendRefs: { name: string }[] }[];
  rules[0]?.backendRefs.pop();
  const patched = await api.patch(route, 'merge', { spec: { rules } }, signal);
  expect(patched.ok).toBe(true);
  const before = await written(route);
  const run = await follow(byRoute);
  expect(run, run.why).toMatchObject({ state: 'stuck' });
  expect(run.why).toMatch(/No rule of HTTPRoute .* has both old and new as backends/);
  expect(await written(route)).toEqual(before);
});
