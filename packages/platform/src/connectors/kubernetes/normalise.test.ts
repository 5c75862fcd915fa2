import type { KubernetesFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import type { ApiObject } from './api.ts';
import { normalise } from './normalise.ts';

const fact = (object: ApiObject) => {
  const { facts, gaps } = normalise(object, { locator: 'test', defaultNamespace: 'default' });
  expect(gaps).toEqual([]);
  return facts[0];
};
const refusal = (object: ApiObject) => {
  const { facts, gaps } = normalise(object, { locator: 'test', defaultNamespace: 'default' });
  expect(facts).toEqual([]);
  return gaps[0];
};
const meta = (name: string, namespace?: string) => ({ metadata: { name, ...(namespace ? { namespace } : {}) } });

test.each([
  ['v1', 'Pod', 'kubernetes:Pod/default/x', 'kubernetes.pod', { spec: {} }],
  [
    'extensions/v1beta1',
    'Deployment',
    'kubernetes:Deployment/default/x',
    'kubernetes.workload',
    { spec: { template: { spec: {} } } },
  ],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'kubernetes:ClusterRole/x', 'kubernetes.role', {}],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'kubernetes:HorizontalPodAutoscaler.autoscaling/default/x',
    'kubernetes.custom-resource',
    {},
  ],
  ['v1', 'ResourceQuota', 'kubernetes:ResourceQuota/default/x', 'kubernetes.resource-quota', {}],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    'kubernetes:ValidatingAdmissionPolicy/x',
    'kubernetes.admission-policy',
    {},
  ],
  [
    'argoproj.io/v1alpha1',
    'Application',
    'kubernetes:Application.argoproj.io/default/x',
    'kubernetes.delivery-channel',
    {},
  ],
  ['example.com/v1', 'Deployment', 'kubernetes:Deployment.example.com/x', 'kubernetes.custom-resource', {}],
])('%s %s has the id %s', (apiVersion, kind, id, factKind, more) => {
  expect(fact({ apiVersion, kind, ...meta('x'), ...more })).toMatchObject({ id, kind: factKind });
});

test('a kind without namespaces has none, whatever its manifest says', () => {
  const role = fact({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...meta('x', 'ml') });
  expect(role?.id).toBe('kubernetes:ClusterRole/x');
  expect((role?.data as KubernetesFact | undefined)?.metadata.namespace).toBeUndefined();
});

test('a CronJob’s template is the one of its jobs; a ReplicationController’s selector is a map', () => {
  const spec = { containers: [{ name: 'c' }] };
  const cron = fact({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    ...meta('x'),
    spec: { suspend: true, jobTemplate: { spec: { template: { spec } } } },
  });
  expect(cron?.data).toMatchObject({ workloadKind: 'CronJob', suspend: true, template: { spec } });
  const controller = fact({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    ...meta('x'),
    spec: { selector: { app: 'a' }, template: { spec } },
  });
  expect(controller?.data).toMatchObject({ selector: { matchLabels: { app: 'a' } } });
});

test('Endpoints come in the form of slices', () => {
  const subsets = [
    {
      addresses: [{ ip: '10.0.0.1', targetRef: { kind: 'Pod', name: 'p' } }],
      notReadyAddresses: [{ ip: '10.0.0.2' }],
      ports: [{ port: 80 }],
    },
  ];
  expect(fact({ apiVersion: 'v1', kind: 'Endpoints', ...meta('web'), subsets })?.data).toMatchObject({
    serviceName: 'web',
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { name: 'p' } }, { addresses: ['10.0.0.2'] }],
    ports: [{ port: 80 }],
  });
});

test('an Ingress shows the services behind it, in the old form and the new', () => {
  const spec = {
    defaultBackend: { service: { name: 'fallback', port: { name: 'http' } } },
    rules: [
      {
        host: 'a.example',
        http: { paths: [{ path: '/x', backend: { service: { name: 'new', port: { number: 80 } } } }] },
      },
      { http: { paths: [{ backend: { serviceName: 'old', servicePort: 8080 } }, { backend: { resource: {} } }] } },
    ],
  };
  expect(fact({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...meta('x'), spec })?.data).toMatchObject({
    spec: {
      backends: [
        { service: 'new', port: 80, host: 'a.example', path: '/x' },
        { service: 'old', port: 8080 },
        { service: 'fallback', port: 'http' },
      ],
    },
  });
});

test.each([
  [{ podSelector: {} }, false],
  [{ podSelector: {}, egress: null }, false],
  [{ podSelector: {}, egress: [] }, true],
])('a NetworkPolicy %j says whether it has egress rules at all: %s', (spec, hasEgress) => {
  const policy = fact({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...meta('x'), spec });
  expect(policy?.data).toMatchObject({ spec: { hasEgress } });
});

test.each([
  ['automated', { automated: { prune: true } }, true, false],
  ['manual', {}, false, true],
  ['switched off', { automated: { enabled: false, selfHeal: true } }, false, true],
])('an Argo CD Application whose sync is %s', (_, syncPolicy, automated, suspended) => {
  const spec = { syncPolicy, source: { repoURL: 'https://git.example/x' }, destination: { namespace: 'ml' } };
  const status = { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'web', name: 'd' }] };
  expect(
    fact({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...meta('a', 'argocd'), spec, status })?.data,
  ).toMatchObject({
    system: 'argocd',
    automated,
    suspended,
    source: 'https://git.example/x',
    targetNamespaces: ['ml', 'web'],
    resources: status.resources,
  });
});

test('a Flux Kustomization: suspended, inventory, source', () => {
  const spec = {
    suspend: true,
    targetNamespace: 'ml',
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    serviceAccountName: 'robot',
  };
  const entries = [{ id: 'web_front-end_apps_Deployment' }, { id: '_a__b_rbac.authorization.k8s.io_ClusterRole' }];
  const status = { inventory: { entries } };
  expect(
    fact({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', ...meta('k'), spec, status })?.data,
  ).toMatchObject({
    system: 'flux',
    automated: false,
    suspended: true,
    source: 'GitRepository/fleet',
    targetNamespaces: ['ml', 'web'],
    resources: [
      { group: 'apps', kind: 'Deployment', namespace: 'web', name: 'front-end' },
      { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a:b' },
    ],
    serviceAccountName: 'robot',
  });
});

test.each([
  [
    'serving.kserve.io/v1beta1',
    'InferenceService',
    { predictor: { serviceAccountName: 'sa', model: { storageUri: 's3://m' } } },
    'serving',
    's3://m',
    'sa',
  ],
  [
    'serving.kserve.io/v1beta1',
    'InferenceService',
    { predictor: { sklearn: { storageUri: 'gs://m' } } },
    'serving',
    'gs://m',
    undefined,
  ],
  [
    'ray.io/v1',
    'RayJob',
    { rayClusterSpec: { headGroupSpec: { template: { spec: { serviceAccountName: 'ray' } } } } },
    'training',
    undefined,
    'ray',
  ],
  ['kubeflow.org/v1', 'Notebook', { template: { spec: { serviceAccountName: 'nb' } } }, 'notebook', undefined, 'nb'],
  [
    'kubeflow.org/v1',
    'PyTorchJob',
    { pytorchReplicaSpecs: { Worker: { template: { spec: { serviceAccountName: 't' } } } } },
    'training',
    undefined,
    't',
  ],
  ['argoproj.io/v1alpha1', 'Workflow', { serviceAccountName: 'wf' }, 'training', undefined, 'wf'],
])('%s %s is a model workload', (apiVersion, kind, spec, role, storageUri, serviceAccountName) => {
  const data = fact({ apiVersion, kind, ...meta('x', 'ml'), spec })?.data;
  expect(data).toMatchObject({ resourceKind: kind, role });
  expect([
    data && 'storageUri' in data ? data.storageUri : undefined,
    data && 'serviceAccountName' in data ? data.serviceAccountName : undefined,
  ]).toEqual([storageUri, serviceAccountName]);
});

test('what does not parse names the field, and shows foreign text harmlessly', () => {
  expect(
    refusal({
      apiVersion: 'v1',
      kind: 'Pod',
      ...meta('x'),
      spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 'x' }] }] },
    }),
  ).toMatchObject({
    code: 'FB-K8S-OBJECT-INVALID',
    kinds: ['kubernetes.pod'],
    reason: expect.stringContaining('spec.containers[1].ports[0].containerPort'),
  });
  expect(refusal({ apiVersion: 'v1', kind: 'Pod', ...meta('a\u001b[31m\u202eb'), spec: {} })?.reason).toBe(
    'Pod a\\u{1b}[31m\\u{202e}b: metadata.name: not a valid Kubernetes object name.',
  );
  expect(refusal({ kind: 'Pod' })?.kinds).toEqual(['*']);
});

test('what the server will name goes by the part that is known', () => {
  const made = fact({ apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'train-' }, spec: { containers: [] } });
  expect(made?.id).toMatch(/\/train-\(generated\)$/);
});

test('a key named like the prototype is a key', () => {
  const labels = JSON.parse('{"__proto__": "x", "constructor": "y", "a": "b"}');
  const data = fact({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels }, data: labels })?.data;
  expect((data as KubernetesFact | undefined)?.metadata.labels.a).toBe('b');
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
