/**
 * What an attacker does, tried for real before, after and again after undo: by the upstream Kubernetes client with the attacker's own
 * token, on a real API server, never by our own reading. Where a controller would have to act that is not there (Ray, KServe), the
 * test plays it through the same API server.
 */
import { randomBytes } from 'node:crypto';
import type { AnyAction } from '@firebreak/contract';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1Pod,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiObject, KubernetesApi } from '../api.ts';
import kubernetes from '../index.ts';
import { kserveStatus, refOfObject } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const home = `firebreak-levers-${randomBytes(3).toString('hex')}`;
const rbac = 'rbac.authorization.k8s.io';
const nasty = `o"'\\) || true || ("@${home}.example`;
const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
if (kubeconfig === '') throw new Error('FIREBREAK_KUBECONFIG names no kubeconfig: start peers/kubernetes');
const ours: KubernetesApi = await kubernetes.connect(kubernetes.parse(kubeconfig), signal);
const admin = new KubeConfig();
admin.loadFromFile(kubeconfig);
const core = admin.makeApiClient(CoreV1Api);
const apps = admin.makeApiClient(AppsV1Api);
const custom = admin.makeApiClient(CustomObjectsApi);
/** The API server learns of policies, bindings and quotas by watching. */
const soon = { timeout: 30_000, interval: 200 };

const named = (name: string, more: object = {}) => ({ name, namespace: home, ...more });
const world: readonly ApiObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home, labels: { [`${home}/hooked`]: 'yes' } } },
  ...['runner', 'vault-agent'].map((name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named(name) })),
  { apiVersion: 'v1', kind: 'Secret', metadata: named('vault'), stringData: { password: 'tr0ub4dor', other: 'kept' } },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: named('runner'),
    rules: [
      { apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers', 'configmaps'], verbs: ['*'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: named('runner'),
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'runner' },
    subjects: [
      { kind: 'ServiceAccount', name: 'runner', namespace: home },
      { kind: 'User', name: nasty, apiGroup: rbac },
    ],
  },
];

let attacker: CoreV1Api;
beforeAll(async () => {
  await create(world);
  await vi.waitFor(() => core.readNamespacedServiceAccount({ name: 'default', namespace: home }), soon);
  const asked = { spec: { audiences: [], expirationSeconds: 3600 } };
  const token = await core.createNamespacedServiceAccountToken({ name: 'runner', namespace: home, body: asked });
  attacker = as({ token: token.status?.token ?? '' });
});
afterAll(async () => {
  await remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } });
  await ours.close();
});

async function create(objects: readonly ApiObject[]): Promise<void> {
  for (const object of objects) {
    const made = await ours.create({ ...refOfObject(object), name: undefined }, object, signal);
    if (!made.ok) throw new Error(`${object.kind}: ${made.reason}`);
  }
}
async function remove(object: ApiObject): Promise<void> {
  await ours.delete(refOfObject(object), {}, signal);
}

function as(user: { readonly token?: string; readonly impersonateUser?: string }): CoreV1Api {
  const config = new KubeConfig();
  const ofAdmin = admin.getCurrentUser();
  config.loadFromClusterAndUser(
    admin.getCurrentCluster() ?? { name: 'none', server: '', skipTLSVerify: false },
    user.token === undefined ? { ...ofAdmin, name: 'as', ...user } : { name: 'attacker', token: user.token },
  );
  return config.makeApiClient(CoreV1Api);
}

function container(image: string, name = 'main'): V1Container {
  return { name, image };
}
function pod(spec: Partial<NonNullable<V1Pod['spec']>> = {}): V1Pod {
  const containers = [container('registry.example/good:1')];
  return { metadata: { generateName: 'try-' }, spec: { containers, terminationGracePeriodSeconds: 0, ...spec } };
}

/** The HTTP status of what somebody tries. */
async function status(work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
    return 200;
  } catch (error) {
    if (error instanceof ApiException) return error.code;
    throw error;
  }
}
const makes = (body: V1Pod, client = attacker) => status(() => client.createNamespacedPod({ namespace: home, body }));

/** Pulls a lever for as long as `during` takes; its probes must hold. */
async function pulled(
  id: string,
  given: object,
  during: () => Promise<void>,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const action: AnyAction<KubernetesApi> | undefined = actions.find((each) => each.id === `kubernetes.${id}`);
  if (action === undefined) throw new Error(`no action ${id}`);
  const params: unknown = action.params.parse(given);
  const attempt = { session: ours, signal, key: 'test' };
  const before = await action.read(attempt, params);
  expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
  try {
    await meanwhile?.();
    const probes = await action.probe(attempt, params, before);
    expect(probes.filter(({ result }) => result === 'fails')).toEqual([]);
    expect(probes[0]).toMatchObject({ result: 'holds' });
    await during();
  } finally {
    if (action.reversal.kind === 'restore')
      expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
  }
}

describe('admission', () => {
  test('no new pod runs as the account, others do', async () => {
    const stolen = pod({ serviceAccountName: 'vault-agent' });
    expect(await makes(stolen)).toBe(200);
    await pulled('deny-admission', { deny: 'account', namespace: home, serviceAccount: 'vault-agent' }, async () => {
      expect(await makes(stolen)).toBe(403);
      expect(await makes(stolen, core), 'the administrator neither').toBe(403);
      expect(await makes(pod())).toBe(200);
    });
    await vi.waitFor(async () => expect(await makes(stolen)).toBe(200), soon);
  });

  test('an image is refused by digest, by repository and by registry, wherever it stands in a pod', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const images = ['evil.example/', 'registry.example/team/backdoor', `@${digest}`];
    const denied = [
      'evil.example/a/b:1',
      'registry.example/team/backdoor',
      'registry.example/team/backdoor:latest',
      `registry.example/team/backdoor@sha256:${'00'.repeat(32)}`,
      `elsewhere.example/renamed@${digest}`,
    ];
    const fine = ['evil.example.org/a', 'registry.example/team/backdoor-fixed:1', 'registry.example/good:1'];
    const old = await core.createNamespacedPod({
      namespace: home,
      body: pod({ containers: [container(denied[0] ?? '')] }),
    });
    const good = await core.createNamespacedPod({ namespace: home, body: pod() });
    const place = (body: object, of: V1Pod) => ({ name: of.metadata?.name ?? '', namespace: home, body });
    const merge = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    const debug = { spec: { ephemeralContainers: [{ name: 'debug', image: denied[0] }] } };

    await pulled('deny-admission', { deny: 'images', images, namespace: home }, async () => {
      for (const image of denied) expect(await makes(pod({ containers: [container(image)] })), image).toBe(403);
      expect(await makes(pod({ initContainers: [container(denied[0] ?? '', 'first')] }))).toBe(403);
      for (const image of fine) expect(await makes(pod({ containers: [container(image)] })), image).toBe(200);
      const swap = { spec: { containers: [container(denied[1] ?? '')] } };
      expect(await status(() => attacker.patchNamespacedPod(place(swap, good), merge))).toBe(403);
      expect(await status(() => attacker.patchNamespacedPodEphemeralcontainers(place(debug, good), merge))).toBe(403);
      // What runs already is left alone: it can be labelled, and deleted.
      const label = { metadata: { labels: { seen: 'yes' } } };
      expect(await status(() => core.patchNamespacedPod(place(label, old), merge))).toBe(200);
      expect(await status(() => core.deleteNamespacedPod({ name: old.metadata?.name ?? '', namespace: home }))).toBe(
        200,
      );
    });
    await vi.waitFor(
      async () => expect(await makes(pod({ containers: [container(denied[0] ?? '')] }))).toBe(200),
      soon,
    );
    expect(await status(() => attacker.patchNamespacedPodEphemeralcontainers(place(debug, good), merge))).toBe(200);
  });

  test('an identity gets no shell, and others still do', async () => {
    // Without an upgrade the server gets as far as asking for one: nothing runs, and admission has spoken before.
    const { metadata } = await core.createNamespacedPod({ namespace: home, body: pod() });
    const target = { name: metadata?.name ?? '', namespace: home, command: 'true', stdout: true };
    await vi.waitFor(async () => {
      const { status: seen } = await core.readNamespacedPod({ name: target.name, namespace: home });
      expect(seen?.phase).toBe('Running');
    }, soon);
    const shell = (client = attacker) => status(() => client.connectPostNamespacedPodExec(target));
    expect(await shell()).toBe(400);
    const subject = { kind: 'ServiceAccount', namespace: home, name: 'runner' };
    await pulled(
      'deny-admission',
      { deny: 'writes', subject, group: '', resources: ['pods/exec'], namespace: home },
      async () => {
        expect(await shell()).toBe(403);
        expect(await status(() => attacker.connectGetNamespacedPodExec(target)), 'by GET').toBe(403);
        expect(await shell(core)).toBe(400);
        expect(await makes(pod()), 'other rights go on').toBe(200);
      },
    );
    await vi.waitFor(async () => expect(await shell()).toBe(400), soon);
  });

  test('a user with a hostile name is denied by that very name, and nobody else is', async () => {
    const user = as({ impersonateUser: nasty });
    const write = (client: CoreV1Api) =>
      status(() => client.createNamespacedConfigMap({ namespace: home, body: { metadata: { generateName: 'try-' } } }));
    expect(await write(user)).toBe(200);
    await core.createNamespacedConfigMap({ namespace: home, body: { metadata: { name: 'any' } } });
    const denied = {
      deny: 'writes',
      subject: { kind: 'User', name: nasty },
      group: '',
      resources: ['configmaps'],
      namespace: home,
    };
    await pulled('deny-admission', denied, async () => {
      expect(await write(user)).toBe(403);
      expect(await status(() => user.readNamespacedSecret({ name: 'vault', namespace: home })), 'reading goes on').toBe(
        200,
      );
      expect(await write(attacker)).toBe(200);
    });
    await vi.waitFor(async () => expect(await write(user)).toBe(200), soon);
  });

  test('a webhook that stands in the way is taken out, and comes back with all that it had', async () => {
    const name = `${home}-hook`;
    await create([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name: 'evil.example.com',
            clientConfig: { url: 'https://127.0.0.1:9/rewrite', caBundle: Buffer.from('').toString('base64') },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
            namespaceSelector: { matchLabels: { [`${home}/hooked`]: 'yes' } },
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            timeoutSeconds: 1,
          },
        ],
      },
    ]);
    const write = () =>
      status(() =>
        attacker.createNamespacedConfigMap({ namespace: home, body: { metadata: { generateName: 'try-' } } }),
      );
    try {
      await vi.waitFor(async () => expect(await write()).toBe(500), soon);
      await pulled('remove-webhook', { kind: 'MutatingWebhookConfiguration', name }, () =>
        vi.waitFor(async () => expect(await write()).toBe(200), soon),
      );
      await vi.waitFor(async () => expect(await write()).toBe(500), soon);
    } finally {
      await remove({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name },
      });
    }
  });
});

describe('freeze', () => {
  test('nothing new runs in the namespace, what runs goes on, and controllers catch up afterwards', async () => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: pod().spec ?? { containers: [] } };
    const body = { metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } };
    await apps.createNamespacedDeployment({ namespace: home, body });
    const running = async () =>
      (await core.listNamespacedPod({ namespace: home, labelSelector: 'app=web' })).items.filter(
        ({ metadata }) => metadata?.deletionTimestamp === undefined,
      ).length;
    await vi.waitFor(async () => expect(await running()).toBe(1), soon);
    await pulled('freeze-namespace', { namespace: home }, async () => {
      expect(await makes(pod())).toBe(403);
      await apps.patchNamespacedDeployment(
        { name: 'web', namespace: home, body: { spec: { replicas: 3 } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      await vi.waitFor(async () => {
        const { status: seen } = await apps.readNamespacedDeployment({ name: 'web', namespace: home });
        expect(seen?.conditions?.find(({ type }) => type === 'ReplicaFailure')?.status).toBe('True');
      }, soon);
      expect(await running()).toBe(1);
    });
    expect(await makes(pod())).toBe(200);
    await vi.waitFor(async () => expect(await running()).toBe(3), { timeout: 120_000, interval: 500 });
  });

  test('a quota of the same name that is somebody else’s is left as it is', async () => {
    const action = actions.find(({ id }) => id === 'kubernetes.freeze-namespace');
    await core.createNamespacedResourceQuota({
      namespace: home,
      body: { metadata: { name: 'firebreak-freeze' }, spec: { hard: { pods: '500' } } },
    });
    const attempt = { session: ours, signal, key: 'test' };
    const before = await action?.read(attempt, { namespace: home });
    expect(action?.preview({ namespace: home }, before?.record)).toEqual([]);
    expect(await action?.apply(attempt, { namespace: home }, before?.record)).toMatchObject({
      outcome: 'refused',
      code: 'FB-K8S-CONFLICT',
    });
    const kept = await core.readNamespacedResourceQuota({ name: 'firebreak-freeze', namespace: home });
    expect(kept.spec?.hard?.pods).toBe('500');
    await core.deleteNamespacedResourceQuota({ name: 'firebreak-freeze', namespace: home });
  });
});

describe('what operators and gateways run', () => {
  const ray = { group: 'ray.io', version: 'v1', plural: 'rayclusters', namespace: home, name: 'ray' };
  /** What KubeRay does with a cluster that is suspended, or is not. */
  async function operate(): Promise<void> {
    const found = await custom.getNamespacedCustomObject(ray);
    const owner = {
      apiVersion: 'ray.io/v1',
      kind: 'RayCluster',
      name: 'ray',
      uid: found.metadata.uid,
      controller: true,
    };
    const { items } = await core.listNamespacedPod({ namespace: home, labelSelector: 'ray.io/cluster=ray' });
    if (found.spec.suspend === true)
      for (const { metadata } of items) await core.deleteNamespacedPod({ name: metadata?.name ?? '', namespace: home });
    else if (items.length === 0)
      await core.createNamespacedPod({
        namespace: home,
        body: {
          ...pod(),
          metadata: { name: 'ray-head', labels: { 'ray.io/cluster': 'ray' }, ownerReferences: [owner] },
        },
      });
  }
  const runs = () => status(() => core.readNamespacedPod({ name: 'ray-head', namespace: home }));

  test('a Ray cluster is stopped at its operator', async () => {
    const head = { rayStartParams: {}, template: { spec: { containers: [container('rayproject/ray:2')] } } };
    await create([
      { apiVersion: 'ray.io/v1', kind: 'RayCluster', metadata: named('ray'), spec: { headGroupSpec: head } },
    ]);
    await operate();
    expect(await runs()).toBe(200);
    const given = { apiVersion: 'ray.io/v1', kind: 'RayCluster', namespace: home, name: 'ray' };
    await pulled('suspend-operated', given, async () => expect(await runs()).toBe(404), operate);
    await vi.waitFor(async () => {
      await operate();
      expect(await runs()).toBe(200);
    }, soon);
  });

  test('traffic of a model server goes to the revision that was verified', async () => {
    const place = {
      group: 'serving.kserve.io',
      version: 'v1beta1',
      plural: 'inferenceservices',
      namespace: home,
      name: 'llm',
    };
    const spec = { predictor: { model: { modelFormat: { name: 'vllm' }, storageUri: 's3://models/llm/2' } } };
    await create([{ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata: named('llm'), spec }]);
    const report = async (traffic: readonly (readonly [string, number])[], rolledOut = 'llm-2') => {
      const told = kserveStatus({ ready: 'llm-2', rolledOut, previous: 'llm-1', traffic });
      await custom.patchNamespacedCustomObjectStatus(
        { ...place, body: { status: told } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
    };
    const share = async () => (await custom.getNamespacedCustomObject(place)).spec.predictor.canaryTrafficPercent;
    await report([['llm-2', 100]]);
    const given = { kind: 'InferenceService', namespace: home, name: 'llm', revision: 'llm-1' };
    const controller = () =>
      report(
        [
          ['llm-2', 0],
          ['llm-1', 100],
        ],
        'llm-1',
      );
    await pulled('pin-revision', given, async () => expect(await share()).toBe(0), controller);
    expect(await share()).toBeUndefined();
  });

  test('a route sends nothing to a backend that was withdrawn', async () => {
    const place = {
      group: 'gateway.networking.k8s.io',
      version: 'v1',
      plural: 'httproutes',
      namespace: home,
      name: 'models',
    };
    const rules = [
      {
        backendRefs: [
          { name: 'good', port: 80, weight: 9 },
          { name: 'evil', port: 80, weight: 1 },
        ],
      },
      {
        filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'evil', port: 80 } } }],
        backendRefs: [{ name: 'good', port: 80 }],
      },
    ];
    await create([
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: named('models'),
        spec: { parentRefs: [{ name: 'edge' }], rules },
      },
    ]);
    const written = async () => JSON.stringify((await custom.getNamespacedCustomObject(place)).spec.rules);
    const before = await written();
    const { apiVersion, kind } = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' };
    await pulled(
      'withdraw-backend',
      { apiVersion, kind, namespace: home, name: 'models', backend: { name: 'evil' } },
      async () => {
        expect(await written()).not.toContain('evil');
        expect(await written()).toContain('good');
      },
    );
    expect(await written()).toBe(before);
  });
});

test('what the attacker reads of a secret opens nothing any more, and no value of it went through our hands', async () => {
  const read = async () => {
    const { data } = await attacker.readNamespacedSecret({ name: 'vault', namespace: home });
    return Object.fromEntries(
      Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  expect(await read()).toEqual({ password: 'tr0ub4dor', other: 'kept' });
  const action = actions.find(({ id }) => id === 'kubernetes.replace-secret');
  const params = { namespace: home, name: 'vault', keys: ['password'] };
  const before = await action?.read({ session: ours, signal, key: 'test' }, params);
  const told = JSON.stringify([before, action?.preview(params, before?.record)]);
  for (const value of ['tr0ub4dor', 'kept'])
    for (const form of [value, Buffer.from(value).toString('base64')]) expect(told).not.toContain(form);
  await pulled('replace-secret', params, async () => {
    const { password, other } = await read();
    expect(password).not.toContain('tr0ub4dor');
    expect(other).toBe('kept');
  });
});
