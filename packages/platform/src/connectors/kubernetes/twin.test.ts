import { describe, expect, test } from 'vitest';
import { at, textAt } from '../../intake/foreign.ts';
import type { ApiObject, ResourceRef } from './api.ts';
import { type AuthorizationRequest, countedIds, makeTwin, type Twin } from './twin.ts';

const signal = new AbortController().signal;
const core = (plural: string, namespace?: string, name?: string): ResourceRef => ({
  group: '',
  version: 'v1',
  plural,
  namespace,
  name,
});
const apps = (plural: string, name?: string): ResourceRef => ({ ...core(plural, 'ml', name), group: 'apps' });
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
const deployment = (replicas: number): ApiObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'serve', namespace: 'ml', labels: { app: 'serve' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'serve' } },
    template: { metadata: { labels: { app: 'serve' } }, spec: { containers: [{ name: 'main', image: 'x' }] } },
  },
});
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'ml' } };

/** A twin with two nodes and a namespace, that allows everything unless told otherwise. */
function world(authorize: (request: AuthorizationRequest) => boolean = () => true, ...more: ApiObject[]): Twin {
  const twin = makeTwin({ authorize, ids: countedIds(), now: () => new Date('2026-01-01T00:00:00Z') });
  const objects = [namespace('ml'), node('a'), node('b'), account, ...more];
  expect(twin.load(objects, { start: true })).toEqual([]);
  return twin;
}
async function all(twin: Twin, ref: ResourceRef, labelSelector?: string): Promise<ApiObject[]> {
  const objects: ApiObject[] = [];
  for await (const page of twin.list(ref, { pageSize: 2, ...(labelSelector ? { labelSelector } : {}) }, signal)) {
    if (!page.ok) throw new Error(page.reason);
    objects.push(...page.value.items);
  }
  return objects;
}
async function value(result: ReturnType<Twin['get']>): Promise<ApiObject> {
  const answer = await result;
  if (!answer.ok) throw new Error(`${answer.failure}: ${answer.reason}`);
  return answer.value;
}
async function tokenFor(twin: Twin, name = 'robot', spec: object = {}): Promise<string> {
  const ref = { ...core('serviceaccounts', 'ml', name), subresource: 'token' };
  return textAt(await value(twin.create(ref, { spec } as ApiObject, signal)), 'status', 'token') ?? '';
}
const status = async (result: Promise<{ ok: boolean; status?: number }>) => {
  const answer = await result;
  return answer.ok ? 200 : answer.status;
};

describe('controllers', () => {
  test('a deployment has its pods; scaled to zero it has none; deleted pods come back', async () => {
    const twin = world(() => true, deployment(3));
    const pods = await all(twin, core('pods', 'ml'), 'app=serve');
    expect(pods).toHaveLength(3);
    expect(new Set(pods.map((pod) => textAt(pod, 'spec', 'nodeName')))).toEqual(new Set(['a', 'b']));
    expect(textAt(pods[0], 'spec', 'serviceAccountName')).toBe('default');
    const victim = textAt(pods[0], 'metadata', 'name');
    await value(twin.delete(core('pods', 'ml', victim), {}, signal));
    const after = await all(twin, core('pods', 'ml'));
    expect(after).toHaveLength(3);
    expect(after.map((pod) => pod.metadata?.name)).not.toContain(victim);
    const scale = { ...apps('deployments', 'serve'), subresource: 'scale' };
    await value(twin.patch(scale, 'merge', { spec: { replicas: 0 } }, signal));
    expect(await all(twin, core('pods', 'ml'))).toEqual([]);
    expect(at(await value(twin.get(apps('deployments', 'serve'), signal)), 'status', 'replicas')).toBe(0);
    await value(twin.patch(apps('deployments', 'serve'), 'merge', { spec: { replicas: 2 } }, signal));
    expect(await all(twin, core('pods', 'ml'))).toHaveLength(2);
  });

  test('a changed template rolls the pods; deleting the deployment removes set and pods', async () => {
    const twin = world(() => true, deployment(1));
    const [before] = await all(twin, core('pods', 'ml'));
    const template = { metadata: { annotations: { restarted: 'now' } } };
    await value(twin.patch(apps('deployments', 'serve'), 'merge', { spec: { template } }, signal));
    const [after] = await all(twin, core('pods', 'ml'));
    expect(textAt(after, 'metadata', 'uid')).not.toBe(textAt(before, 'metadata', 'uid'));
    await value(twin.delete(apps('deployments', 'serve'), {}, signal));
    expect(await all(twin, core('pods', 'ml'))).toEqual([]);
    expect(await all(twin, apps('replicasets'))).toEqual([]);
  });

  test('stateful sets, daemon sets and jobs', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x' }] } };
    const of = (apiVersion: string, kind: string, spec: object): ApiObject => ({
      apiVersion,
      kind,
      metadata: { name: kind.toLowerCase(), namespace: 'ml' },
      spec: { template, ...spec },
    });
    const twin = world(
      () => true,
      of('apps/v1', 'StatefulSet', { replicas: 2 }),
      of('apps/v1', 'DaemonSet', {}),
      of('batch/v1', 'Job', { parallelism: 2 }),
    );
    const owned = async (kind: string) =>
      (await all(twin, core('pods', 'ml'))).filter((pod) => JSON.stringify(pod.metadata).includes(`"${kind}"`));
    expect((await owned('StatefulSet')).map((pod) => pod.metadata?.name)).toEqual(['statefulset-0', 'statefulset-1']);
    expect((await owned('DaemonSet')).map((pod) => textAt(pod, 'spec', 'nodeName')).sort()).toEqual(['a', 'b']);
    expect(await owned('Job')).toHaveLength(2);
    const job = { group: 'batch', version: 'v1', plural: 'jobs', namespace: 'ml', name: 'job' };
    await value(twin.patch(job, 'merge', { spec: { suspend: true } }, signal));
    expect(await owned('Job')).toEqual([]);
  });

  test('a cordoned node gets no new pods; with none left they wait, and start after uncordon', async () => {
    const twin = world(() => true, deployment(1));
    for (const name of ['a', 'b'])
      await value(twin.patch(core('nodes', undefined, name), 'merge', { spec: { unschedulable: true } }, signal));
    const [pod] = await all(twin, core('pods', 'ml'));
    await value(twin.delete(core('pods', 'ml', textAt(pod, 'metadata', 'name')), {}, signal));
    const [waiting] = await all(twin, core('pods', 'ml'));
    expect(textAt(waiting, 'status', 'phase')).toBe('Pending');
    await value(twin.patch(core('nodes', undefined, 'b'), 'merge', { spec: { unschedulable: null } }, signal));
    const [running] = await all(twin, core('pods', 'ml'));
    expect(textAt(running, 'spec', 'nodeName')).toBe('b');
  });

  test('the default account comes back; a deleted namespace takes its content', async () => {
    const twin = world(() => true, deployment(1));
    const before = await value(twin.get(core('serviceaccounts', 'ml', 'default'), signal));
    await value(twin.delete(core('serviceaccounts', 'ml', 'default'), {}, signal));
    const after = await value(twin.get(core('serviceaccounts', 'ml', 'default'), signal));
    expect(textAt(after, 'metadata', 'uid')).not.toBe(textAt(before, 'metadata', 'uid'));
    await value(twin.delete(core('namespaces', undefined, 'ml'), {}, signal));
    expect((await all(twin, core('pods'))).length + (await all(twin, core('serviceaccounts'))).length).toBe(0);
  });
});

describe('identity', () => {
  test('a bound token dies with the account’s uid, and with the pod that it is bound to', async () => {
    const twin = world();
    const pod = { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [{ name: 'x' }] } };
    await value(twin.create(core('pods', 'ml'), pod, signal));
    const plain = await tokenFor(twin);
    const bound = await tokenFor(twin, 'robot', { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
    const get = (token: string) => status(twin.withToken(token).get(core('pods', 'ml', 'p'), signal));
    expect(await get(plain)).toBe(200);
    expect(await get(bound)).toBe(200);
    await value(twin.delete(core('pods', 'ml', 'p'), {}, signal));
    expect(await get(bound)).toBe(401);
    expect(await get(plain)).toBe(404);
    await value(twin.delete(core('serviceaccounts', 'ml', 'robot'), {}, signal));
    await value(twin.create(core('serviceaccounts', 'ml'), { metadata: { name: 'robot' } }, signal));
    expect(await get(plain)).toBe(401);
    expect(await get('made-up')).toBe(401);
  });

  test('a token expires', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const twin = makeTwin({ authorize: () => true, ids: countedIds(), now: () => now });
    twin.load([namespace('ml'), account]);
    const token = await tokenFor(twin, 'robot', { expirationSeconds: 600 });
    const get = () => status(twin.withToken(token).get(core('serviceaccounts', 'ml', 'robot'), signal));
    expect(await get()).toBe(200);
    now = new Date('2026-01-01T00:10:00Z');
    expect(await get()).toBe(401);
  });

  test('a legacy token secret is filled, and goes with its account', async () => {
    const twin = world();
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const secret = { metadata: { name: 's', annotations }, type: 'kubernetes.io/service-account-token' };
    const made = await value(twin.create(core('secrets', 'ml'), secret, signal));
    const token = Buffer.from(textAt(made, 'data', 'token') ?? '', 'base64').toString();
    const review = { spec: { token } };
    const ref = { group: 'authentication.k8s.io', version: 'v1', plural: 'tokenreviews' };
    expect(await value(twin.create(ref, review, signal))).toMatchObject({
      status: { authenticated: true, user: { username: 'system:serviceaccount:ml:robot' } },
    });
    await value(twin.delete(core('serviceaccounts', 'ml', 'robot'), {}, signal));
    expect(await status(twin.get(core('secrets', 'ml', 's'), signal))).toBe(404);
    expect(await value(twin.create(ref, review, signal))).toMatchObject({ status: { authenticated: false } });
  });

  test('every call with a token is put to the authoriser, with the RBAC facts of the moment', async () => {
    const asked: AuthorizationRequest[] = [];
    const twin = world((request) => {
      asked.push(request);
      return request.wish.verb === 'get';
    });
    const robot = twin.withToken(await tokenFor(twin));
    expect(await status(robot.get(core('secrets', 'ml', 'x'), signal))).toBe(404);
    expect(await status(robot.create(core('pods', 'ml'), {}, signal))).toBe(403);
    expect(asked[0]).toMatchObject({
      user: 'system:serviceaccount:ml:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ml', 'system:authenticated'],
      wish: { verb: 'get', group: '', resource: 'secrets', namespace: 'ml', name: 'x' },
    });
    expect(asked[0]?.rbac.map((fact) => fact.id)).toContain('kubernetes:ServiceAccount/ml/robot');
    expect(asked[1]?.rbac).toBe(asked[0]?.rbac);
    const attributes = { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'ml' };
    const self = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' };
    const answer = await value(robot.create(self, { spec: { resourceAttributes: attributes } }, signal));
    expect(answer).toMatchObject({ status: { allowed: false } });
    expect(asked[2]?.wish.resource).toBe('pods/exec');
    const pages: unknown[] = [];
    for await (const page of robot.list(core('pods', 'ml'), {}, signal)) pages.push(page.ok ? 200 : page.status);
    expect(pages).toEqual([403]);
  });
});

describe('delivery', () => {
  const application = (selfHeal: boolean): ApiObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'serving', namespace: 'argocd' },
    spec: { syncPolicy: { automated: { selfHeal } }, destination: { namespace: 'ml' } },
    status: { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'ml', name: 'serve' }] },
  });
  const scaleDown = (twin: Twin) =>
    twin.patch(apps('deployments', 'serve'), 'merge', { spec: { replicas: 0 } }, signal);
  const argo = {
    group: 'argoproj.io',
    version: 'v1alpha1',
    plural: 'applications',
    namespace: 'argocd',
    name: 'serving',
  };

  test('a managed object is put back while automated sync heals, and no longer after it is cut', async () => {
    const twin = world(() => true, namespace('argocd'), deployment(2), application(true));
    await value(scaleDown(twin));
    expect(twin.tick()).toEqual(['Deployment/ml/serve']);
    expect(await all(twin, core('pods', 'ml'))).toHaveLength(2);
    expect(twin.tick()).toEqual([]);
    await value(twin.patch(argo, 'merge', { spec: { syncPolicy: { automated: null } } }, signal));
    await value(scaleDown(twin));
    expect(twin.tick()).toEqual([]);
    expect(await all(twin, core('pods', 'ml'))).toEqual([]);
  });

  test('without selfHeal, Argo CD corrects nothing until the next commit', async () => {
    const twin = world(() => true, namespace('argocd'), deployment(2), application(false));
    await value(scaleDown(twin));
    expect(twin.tick()).toEqual([]);
  });

  test('a Flux kustomization restores what was deleted, unless suspended', async () => {
    const twin = world(() => true, deployment(1), {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'ml' },
      spec: {},
      status: { inventory: { entries: [{ id: 'ml_serve_apps_Deployment', v: 'v1' }] } },
    });
    await value(twin.delete(apps('deployments', 'serve'), {}, signal));
    expect(twin.tick()).toEqual(['Deployment/ml/serve']);
    const flux = {
      group: 'kustomize.toolkit.fluxcd.io',
      version: 'v1',
      plural: 'kustomizations',
      namespace: 'ml',
      name: 'apps',
    };
    await value(twin.patch(flux, 'merge', { spec: { suspend: true } }, signal));
    await value(twin.delete(apps('deployments', 'serve'), {}, signal));
    expect(twin.tick()).toEqual([]);
  });
});
