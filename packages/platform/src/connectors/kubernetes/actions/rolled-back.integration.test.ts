/**
 * Rollbacks on a real API server, from the wish to the object: which levers the estate gives, and what they leave. Controllers of KServe,
 * Argo CD and Flux do not run here; what they would report is written into the status, as they write it.
 */
import { randomBytes } from 'node:crypto';
import type { AnyAction, DeliveredVersion, Lever } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import { deriveGraph } from '../../../graph/derive-graph.ts';
import { edgeRules } from '../../../graph/edges/index.ts';
import { nodeRules } from '../../../graph/nodes/index.ts';
import { at } from '../../../intake/foreign.ts';
import { rollbackLevers } from '../../../recovery/rollback/levers.ts';
import { servingRevisions } from '../../../recovery/rollback/serving-revisions.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../api.ts';
import kubernetes from '../index.ts';
import { kserveStatus, refOfObject } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const namespace = `firebreak-back-${randomBytes(3).toString('hex')}`;
const [good, bad] = ['a'.repeat(40), 'b'.repeat(40)];
const [goodImage, badImage] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
const version = (which: string, commit: string, digest: string): DeliveredVersion => ({
  version: which,
  uris: [`s3://models/fraud/${which}`],
  digests: [digest],
  revisions: [commit],
  models: [],
});
const wish = { subject: 'x', from: version('2', bad, badImage), to: version('1', good, goodImage) };
let api: KubernetesApi;

const isvc = (name: string, status?: object): ApiObject => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { namespace, name },
  spec: { predictor: { model: { modelFormat: { name: 'sklearn' }, storageUri: 's3://models/fraud/2' } } },
  ...(status === undefined ? {} : { status }),
});
const objects: readonly ApiObject[] = [
  isvc('kept', kserveStatus({ ready: 'kept-2', rolledOut: 'kept-2', previous: 'kept-1', traffic: [['kept-2', 100]] })),
  isvc('raw'),
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace, name: 'argo' },
    spec: { project: 'default', destination: {}, source: { repoURL: 'https://git.example/x', targetRevision: bad } },
  },
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { namespace, name: 'flux' },
    spec: { url: 'https://git.example/x', interval: '1m', ref: { commit: bad } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: 'serve' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'serve' } },
      template: {
        metadata: { labels: { app: 'serve' } },
        spec: { containers: [{ name: 'model', image: `registry.example/fraud@${badImage}` }] },
      },
    },
  },
];
const home: ResourceRef = { group: '', version: 'v1', plural: 'namespaces', name: namespace };

async function now(name: string): Promise<ApiObject> {
  const object = objects.find((each) => at(each, 'metadata', 'name') === name) ?? expect.fail(name);
  const found = await api.get(refOfObject(object), signal);
  return found.ok ? found.value : expect.fail(found.reason);
}
async function report(name: string, status: unknown): Promise<void> {
  const object = await now(name);
  const told = await api.replace({ ...refOfObject(object), subresource: 'status' }, { ...object, status }, signal);
  if (!told.ok) throw new Error(told.reason);
}
async function levers(): Promise<readonly Lever[]> {
  const { estate } = await collectSession(kubernetes, api, signal);
  const graph = deriveGraph(estate, nodeRules, edgeRules, {});
  // As the history of facts has it: what the server named while the revision was its newest.
  const before = (storageUri: string, newest: string) => ({
    kind: 'kubernetes.model-workload',
    id: `kubernetes:InferenceService.serving.kserve.io/${namespace}/kept`,
    since: '2026-01-01T00:00:00.000Z',
    until: null,
    data: { storageUri, revisions: { newest } },
  });
  const history = [before('s3://models/fraud/1', 'kept-1'), before('s3://models/fraud/2', 'kept-2')];
  const serving = servingRevisions(history, wish.to);
  return rollbackLevers(graph, { ...wish, serving }, kubernetes.actions, []).map(({ lever }) => lever);
}
async function pull({ action: id, params: given }: Lever): Promise<void> {
  const action = (actions as readonly AnyAction[]).find((each) => each.id === id) ?? expect.fail(id);
  const params: unknown = action.params.parse(given);
  const attempt = { session: api, signal, key: 'test' };
  const { record } = await action.read(attempt, params);
  expect(await action.apply(attempt, params, record)).toEqual({ outcome: 'done' });
}

beforeAll(async () => {
  api = await kubernetes.connect(kubernetes.parse(process.env.FIREBREAK_KUBECONFIG ?? ''), signal);
  const made = await api.create({ ...home, name: undefined }, { metadata: { name: namespace } }, signal);
  if (!made.ok) throw new Error(made.reason);
  for (const object of objects) {
    const created = await api.create({ ...refOfObject(object), name: undefined }, object, signal);
    if (!created.ok) throw new Error(created.reason);
  }
  await report('kept', objects[0]?.status);
});
afterAll(async () => {
  await api.delete(home, {}, signal);
  await api.close();
});

test('one lever for each place: the revision that still runs, the address where none is kept, commits, and the image', async () => {
  expect((await levers()).map(({ action, params }) => `${action} ${String(params.name)}`).sort()).toEqual([
    'kubernetes.pin-image serve',
    'kubernetes.pin-revision kept',
    'kubernetes.pin-source argo',
    'kubernetes.pin-source flux',
    'kubernetes.set-model-uri raw',
  ]);
});

test('pulled, every object names the version that was verified, or sends nothing to the other', async () => {
  for (const lever of await levers()) await pull(lever);
  expect(at(await now('kept'), 'spec', 'predictor', 'canaryTrafficPercent')).toBe(0);
  expect(at(await now('raw'), 'spec', 'predictor', 'model', 'storageUri')).toBe('s3://models/fraud/1');
  expect(at(await now('argo'), 'spec', 'source', 'targetRevision')).toBe(good);
  expect(at(await now('flux'), 'spec', 'ref')).toEqual({ commit: good });
  expect(at(await now('serve'), 'spec', 'template', 'spec', 'containers')).toMatchObject([
    { image: `registry.example/fraud@${goodImage}` },
  ]);
});

test('that a revision serves is told by its server, and by nothing else', async () => {
  const pin = (actions as readonly AnyAction[]).find(({ id }) => id === 'kubernetes.pin-revision') ?? expect.fail();
  const params: unknown = pin.params.parse({ kind: 'InferenceService', namespace, name: 'kept', revision: 'kept-1' });
  const attempt = { session: api, signal, key: 'test' };
  const back = (traffic: readonly (readonly [string, number])[]) =>
    kserveStatus({ ready: 'kept-2', rolledOut: 'kept-1', previous: 'kept-1', traffic });
  const probed = async () => (await pin.probe(attempt, params, await pin.read(attempt, params)))[0]?.result;
  await report('kept', back([]));
  expect(await probed()).toBe('cannot-tell');
  await report(
    'kept',
    back([
      ['kept-2', 0],
      ['kept-1', 100],
    ]),
  );
  expect(await probed()).toBe('holds');
});
