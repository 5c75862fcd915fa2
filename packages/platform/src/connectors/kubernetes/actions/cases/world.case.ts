/**
 * One small world that has something for every action to do, and what to do. The same objects are loaded into the twin and
 * created on a real API server.
 */
import type { ProbeResult } from '@firebreak/contract';
import type { ApiObject, KubernetesApi, ResourceRef } from '../../api.ts';
import { refOf, resourceOf } from '../../resources.ts';

export interface ActionCase {
  readonly name: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What the probes say after the step, in their order. */
  readonly probes: readonly ProbeResult['result'][];
  /** Somebody else's change after we read, which the step must not overwrite. Absent where nothing can be. */
  readonly interfere?: (api: KubernetesApi) => Promise<unknown>;
}

const signal = new AbortController().signal;

/** The objects of the world; `node` is a node that exists. */
export function worldObjects(namespace: string): ApiObject[] {
  const meta = (name: string, more: object = {}) => ({ name, namespace, ...more });
  const rbac = 'rbac.authorization.k8s.io';
  const pods = (app: string, more: object = {}) => ({
    metadata: { labels: { app } },
    spec: { containers: [{ name: 'main', image: 'registry.example/none:1' }], ...more },
  });
  const subjects = [
    { kind: 'User', name: 'alice', apiGroup: rbac },
    { kind: 'ServiceAccount', name: 'predictor', namespace },
    { kind: 'Group', name: 'operators', apiGroup: rbac },
    { kind: 'User', name: `system:serviceaccount:${namespace}:predictor`, apiGroup: rbac },
    { kind: 'ServiceAccount', name: 'trainer', namespace },
  ];
  const git = { sourceRef: { kind: 'GitRepository', name: 'models' }, interval: '1m' };
  const source = { repoURL: 'https://git.example/models.git', path: 'serving', targetRevision: 'main' };
  const application = {
    project: 'default',
    source,
    destination: { server: 'https://kubernetes.default.svc', namespace },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { 'firebreak.dev/sla': 'gold' } } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: meta('predictor', { labels: { team: 'serving' }, annotations: { note: 'a && b <c>' } }),
      imagePullSecrets: [{ name: 'registry' }],
      secrets: [{ name: 'predictor-token' }, { name: 'other' }],
      automountServiceAccountToken: true,
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('trainer') },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: meta('predictor-token', {
        labels: { purpose: 'ci' },
        annotations: { 'kubernetes.io/service-account.name': 'predictor' },
      }),
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: meta('plain'), stringData: { password: 'tr0ub4dor' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: meta('reader'),
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: meta('readers'),
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
      subjects,
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('bot') },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: meta('bot'),
      rules: [
        { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
        { apiGroups: [''], resources: ['services'], verbs: ['get', 'patch'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: meta('bots'),
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'bot' },
      subjects: [
        { kind: 'ServiceAccount', name: 'bot', namespace },
        { kind: 'User', name: `bob@${namespace}.example`, apiGroup: rbac },
        { kind: 'Group', name: `bots-of-${namespace}`, apiGroup: rbac },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `${namespace}-cordoner` },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['patch'], resourceNames: ['node-1'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `${namespace}-cordoners` },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: `${namespace}-cordoner` },
      // Named after the namespace: on a shared cluster another run's binding would grant the same to the same group.
      subjects: [{ kind: 'Group', name: `${namespace}-operators`, apiGroup: rbac }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('serve', { labels: { app: 'serve' } }),
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'serve' } },
        template: pods('serve', { serviceAccountName: 'predictor', terminationGracePeriodSeconds: 1 }),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('resting', { labels: { app: 'resting' } }),
      spec: { replicas: 0, selector: { matchLabels: { app: 'resting' } }, template: pods('resting') },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('serve'),
      spec: { selector: { app: 'serve' }, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: meta('serve'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'serve' },
        minReplicas: 2,
        maxReplicas: 4,
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: meta('agent'),
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: pods('agent', { terminationGracePeriodSeconds: 1 }),
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: meta('picky'),
      spec: {
        selector: { matchLabels: { app: 'picky' } },
        template: pods('picky', { nodeSelector: { 'kubernetes.io/os': 'linux' }, terminationGracePeriodSeconds: 1 }),
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: meta('nightly'),
      spec: {
        schedule: '0 3 1 1 *',
        suspend: false,
        jobTemplate: { spec: { template: { spec: { ...pods('nightly').spec, restartPolicy: 'Never' } } } },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('train'),
      spec: { template: { spec: { ...pods('train').spec, restartPolicy: 'Never', terminationGracePeriodSeconds: 1 } } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: meta('store'),
      spec: {
        replicas: 1,
        serviceName: 'store',
        selector: { matchLabels: { app: 'store' } },
        template: pods('store', { terminationGracePeriodSeconds: 1 }),
      },
    },
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: meta('llm', { annotations: { note: 'kept' } }),
      spec: {
        predictor: {
          canaryTrafficPercent: 20,
          model: { modelFormat: { name: 'vllm' }, storageUri: 's3://models/llm/2' },
        },
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: meta('models'),
      spec: {
        parentRefs: [{ name: 'edge' }],
        hostnames: ['models.example'],
        rules: [
          {
            backendRefs: [
              { name: 'serve', port: 80, weight: 9 },
              { name: 'canary', port: 80, weight: 1 },
            ],
          },
          { matches: [{ path: { type: 'PathPrefix', value: '/only' } }], backendRefs: [{ name: 'canary', port: 80 }] },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `${namespace}-guards` },
      webhooks: ['images', 'labels'].map((name) => ({
        name: `${name}.guards.example`,
        clientConfig: { url: 'https://127.0.0.1:9/refuse' },
        // Nothing is of this group: other tests of the same cluster must not notice.
        rules: [
          { apiGroups: [`${namespace}.example`], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
      })),
    },
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: meta('canary'),
      spec: { predictor: { model: { modelFormat: { name: 'vllm' }, storageUri: 's3://models/canary/2' } } },
      // A predictor that was rolled out twice, and whose traffic nobody reports.
      status: kserveStatus({ ready: 'canary-2', rolledOut: 'canary-2', previous: 'canary-1', traffic: [] }),
    },
    {
      apiVersion: 'ray.io/v1',
      kind: 'RayCluster',
      metadata: meta('ray'),
      spec: { headGroupSpec: { rayStartParams: {}, template: pods('ray') } },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: meta('retrain'),
      spec: { schedule: '0 3 1 1 *', suspend: false, workflowSpec: { entrypoint: 'main', templates: [] } },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: meta('bare', { labels: { app: 'bare' } }), spec: pods('bare').spec },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: meta('serving', {
        annotations: { 'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:x/y' },
      }),
      spec: application,
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: meta('polite'),
      spec: { ...application, syncPolicy: { ...application.syncPolicy, syncOptions: ['CreateNamespace=true'] } },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: meta('fleet'),
      spec: {
        generators: [{ list: { elements: [] } }],
        template: { metadata: { name: '{{name}}' }, spec: application },
      },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: meta('serving'),
      spec: { ...git, prune: true },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: meta('models'),
      spec: { interval: '1m', url: 'https://git.example/models.git', suspend: false },
    },
  ];
}

/** What KServe reports of a predictor: its newest ready revision, the two that it rolled out fully, and who gets how much. */
export function kserveStatus(of: {
  readonly ready: string;
  readonly rolledOut: string;
  readonly previous: string;
  readonly traffic: readonly (readonly [revision: string, percent: number])[];
}): object {
  return {
    conditions: [{ type: 'Ready', status: 'True' }],
    components: {
      predictor: {
        latestReadyRevision: of.ready,
        latestCreatedRevision: of.ready,
        latestRolledoutRevision: of.rolledOut,
        previousRolledoutRevision: of.previous,
        traffic: of.traffic.map(([revisionName, percent]) => ({ revisionName, percent })),
      },
    },
  };
}

/** Where an object of the world is. */
export function refOfObject(object: ApiObject): ResourceRef {
  const found = resourceOf(object);
  const { namespace, name } = object.metadata as { namespace?: string; name: string };
  if (found === undefined) throw new Error(`no resource for ${object.kind}`);
  return refOf(found.resource, namespace, name);
}

/** Every action at least once. */
export function actionCases(namespace: string, node: string): readonly ActionCase[] {
  const ref = (kind: string, apiVersion: string, name: string) =>
    refOfObject({ apiVersion, kind, metadata: kind === 'Node' ? { name } : { namespace, name } });
  const merge = (kind: string, apiVersion: string, name: string, body: object) => (api: KubernetesApi) =>
    api.patch(ref(kind, apiVersion, name), 'merge', body, signal);
  const rbac = 'rbac.authorization.k8s.io';
  const readers = { bindingKind: 'RoleBinding', namespace, binding: 'readers' };
  const argo = { apiVersion: 'argoproj.io/v1alpha1', namespace };
  const addSubject = (api: KubernetesApi) =>
    api.patch(
      ref('RoleBinding', `${rbac}/v1`, 'readers'),
      'json',
      [{ op: 'add', path: '/subjects/-', value: { kind: 'User', name: 'mallory', apiGroup: rbac } }],
      signal,
    );
  return [
    {
      name: 'objects, a permission set and a container',
      action: 'kubernetes.snapshot',
      params: {
        objects: [
          `kubernetes:Secret/${namespace}/plain`,
          `kubernetes:PermissionSet/${namespace}/reader::readers`,
          `kubernetes:Container/${namespace}/bare/main`,
          `kubernetes:Application.argoproj.io/${namespace}/serving`,
        ],
        namespaces: [namespace],
      },
      probes: [],
    },
    {
      name: 'an account that is named twice',
      action: 'kubernetes.strip-subject',
      params: { ...readers, subject: { kind: 'ServiceAccount', name: 'predictor', namespace } },
      probes: ['holds', 'holds', 'holds'],
      interfere: addSubject,
    },
    {
      name: 'a user',
      action: 'kubernetes.strip-subject',
      params: { ...readers, subject: { kind: 'User', name: 'alice', apiGroup: rbac } },
      probes: ['holds', 'holds'],
      interfere: addSubject,
    },
    {
      name: 'the only subject of a cluster role binding',
      action: 'kubernetes.strip-subject',
      params: {
        bindingKind: 'ClusterRoleBinding',
        binding: `${namespace}-cordoners`,
        subject: { kind: 'Group', name: `${namespace}-operators`, apiGroup: rbac },
      },
      probes: ['holds', 'holds'],
    },
    {
      name: 'an account with a legacy token',
      action: 'kubernetes.invalidate-tokens',
      params: { namespace, serviceAccount: 'predictor' },
      probes: ['holds', 'holds', 'holds'],
    },
    {
      name: 'an account without one',
      action: 'kubernetes.invalidate-tokens',
      params: { namespace, serviceAccount: 'trainer' },
      probes: ['holds', 'holds', 'holds'],
    },
    {
      name: 'the account that the controller recreates',
      action: 'kubernetes.invalidate-tokens',
      params: { namespace, serviceAccount: 'default' },
      probes: ['holds', 'holds', 'holds'],
    },
    {
      name: 'pods by label',
      action: 'kubernetes.isolate-network',
      params: { namespace, podSelector: { app: 'serve' }, direction: 'both' },
      probes: ['holds', 'cannot-tell'],
    },
    {
      name: 'a whole namespace, outgoing',
      action: 'kubernetes.isolate-network',
      params: { namespace, podSelector: null, direction: 'egress', name: 'quarantine' },
      probes: ['holds', 'cannot-tell'],
    },
    {
      name: 'pods of an account',
      action: 'kubernetes.deny-admission',
      params: { deny: 'account', namespace, serviceAccount: 'predictor' },
      probes: ['holds', 'holds'],
    },
    {
      name: 'a registry and a digest',
      action: 'kubernetes.deny-admission',
      params: {
        deny: 'images',
        images: ['registry.example/team/', 'quay.example:5000/model', `@sha256:${'0123456789abcdef'.repeat(4)}`],
        namespace,
      },
      probes: ['holds', 'holds'],
    },
    {
      name: 'shells of an account',
      action: 'kubernetes.deny-admission',
      params: {
        deny: 'writes',
        subject: { kind: 'ServiceAccount', namespace, name: 'bot' },
        group: '',
        resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers'],
      },
      probes: ['holds'],
    },
    {
      name: 'what a user writes',
      action: 'kubernetes.deny-admission',
      params: {
        deny: 'writes',
        subject: { kind: 'User', name: `bob@${namespace}.example` },
        group: '',
        resources: ['services'],
        namespace,
      },
      probes: ['holds'],
    },
    {
      name: 'what a group writes',
      action: 'kubernetes.deny-admission',
      params: {
        deny: 'writes',
        subject: { kind: 'Group', name: `bots-of-${namespace}` },
        group: '',
        resources: ['services'],
        namespace,
      },
      probes: ['holds'],
    },
    {
      name: 'a whole namespace',
      action: 'kubernetes.freeze-namespace',
      params: { namespace },
      probes: ['holds'],
    },
    {
      name: 'pods of a priority class',
      action: 'kubernetes.freeze-namespace',
      params: { namespace, priorityClass: 'system-cluster-critical' },
      probes: ['holds'],
    },
    {
      name: 'a deployment with an autoscaler',
      action: 'kubernetes.scale-to-zero',
      params: { kind: 'Deployment', namespace, name: 'serve' },
      probes: ['holds'],
      interfere: merge('Deployment', 'apps/v1', 'serve', { spec: { replicas: 3 } }),
    },
    {
      name: 'a container by digest',
      action: 'kubernetes.pin-image',
      params: {
        kind: 'Deployment',
        namespace,
        name: 'resting',
        container: 'main',
        image: `registry.example/none@sha256:${'a1'.repeat(32)}`,
      },
      probes: ['holds'],
    },
    {
      name: 'an application of Argo CD',
      action: 'kubernetes.pin-source',
      params: { kind: 'Application', namespace, name: 'serving', commit: '0123456789abcdef0123456789abcdef01234567' },
      probes: ['cannot-tell'],
    },
    {
      name: 'a repository of Flux',
      action: 'kubernetes.pin-source',
      params: { kind: 'GitRepository', namespace, name: 'models', commit: '0123456789abcdef0123456789abcdef01234567' },
      probes: ['cannot-tell'],
    },
    {
      name: 'a cron job',
      action: 'kubernetes.suspend-job',
      params: { kind: 'CronJob', namespace, name: 'nightly' },
      probes: ['holds', 'holds'],
    },
    {
      name: 'a stateful set',
      action: 'kubernetes.scale-to-zero',
      params: { kind: 'StatefulSet', namespace, name: 'store' },
      probes: ['holds'],
    },
    {
      name: 'a job',
      action: 'kubernetes.suspend-job',
      params: { kind: 'Job', namespace, name: 'train' },
      probes: ['holds', 'holds'],
    },
    {
      name: 'without a selector',
      action: 'kubernetes.park-daemonset',
      params: { namespace, name: 'agent' },
      probes: ['holds'],
      interfere: merge('DaemonSet', 'apps/v1', 'agent', {
        spec: { template: { spec: { nodeSelector: { pool: 'gpu' } } } },
      }),
    },
    {
      name: 'with a selector',
      action: 'kubernetes.park-daemonset',
      params: { namespace, name: 'picky' },
      probes: ['holds'],
    },
    {
      name: 'all of a configuration',
      action: 'kubernetes.remove-webhook',
      params: { kind: 'ValidatingWebhookConfiguration', name: `${namespace}-guards` },
      probes: ['holds'],
    },
    {
      name: 'one of two',
      action: 'kubernetes.remove-webhook',
      params: { kind: 'ValidatingWebhookConfiguration', name: `${namespace}-guards`, webhook: 'labels.guards.example' },
      probes: ['holds'],
    },
    {
      name: 'one key',
      action: 'kubernetes.replace-secret',
      params: { namespace, name: 'plain', keys: ['password'] },
      probes: ['holds', 'cannot-tell'],
    },
    {
      name: 'a backend of two rules',
      action: 'kubernetes.withdraw-backend',
      params: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        namespace,
        name: 'models',
        backend: { name: 'canary' },
      },
      probes: ['holds', 'cannot-tell'],
      interfere: merge('HTTPRoute', 'gateway.networking.k8s.io/v1', 'models', {
        // Both backends stay: on a real cluster the next case finds what this one leaves.
        spec: {
          rules: [
            {
              backendRefs: [
                { name: 'serve', port: 80 },
                { name: 'canary', port: 81 },
              ],
            },
          ],
        },
      }),
    },
    {
      name: 'the revision before',
      action: 'kubernetes.pin-revision',
      params: { kind: 'InferenceService', namespace, name: 'canary', revision: 'canary-1' },
      probes: ['cannot-tell'],
    },
    {
      name: 'a fifth to the newest revision',
      action: 'kubernetes.shift-inference',
      params: { namespace, name: 'canary', percent: 20 },
      probes: ['cannot-tell'],
      interfere: merge('InferenceService', 'serving.kserve.io/v1beta1', 'canary', {
        spec: { predictor: { canaryTrafficPercent: 35 } },
      }),
    },
    {
      name: 'a quarter to the canary',
      action: 'kubernetes.shift-route',
      params: { namespace, name: 'models', baseline: 'serve', canary: 'canary', percent: 25 },
      probes: ['cannot-tell'],
      interfere: merge('HTTPRoute', 'gateway.networking.k8s.io/v1', 'models', {
        spec: {
          rules: [
            {
              backendRefs: [
                { name: 'serve', port: 80, weight: 3 },
                { name: 'canary', port: 81, weight: 2 },
              ],
            },
          ],
        },
      }),
    },
    {
      name: 'a model that was verified',
      action: 'kubernetes.set-model-uri',
      params: { kind: 'InferenceService', namespace, name: 'llm', storageUri: 's3://models/llm/1' },
      probes: ['cannot-tell'],
      interfere: merge('InferenceService', 'serving.kserve.io/v1beta1', 'llm', {
        spec: { predictor: { model: { storageUri: 's3://models/llm/3' } } },
      }),
    },
    {
      name: 'a model server',
      action: 'kubernetes.suspend-operated',
      params: { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', namespace, name: 'llm' },
      probes: ['holds', 'holds'],
      interfere: merge('InferenceService', 'serving.kserve.io/v1beta1', 'llm', {
        metadata: { annotations: { 'serving.kserve.io/stop': 'false' } },
      }),
    },
    {
      name: 'a Ray cluster',
      action: 'kubernetes.suspend-operated',
      params: { apiVersion: 'ray.io/v1', kind: 'RayCluster', namespace, name: 'ray' },
      probes: ['holds', 'holds'],
    },
    {
      name: 'workflows by a schedule',
      action: 'kubernetes.suspend-operated',
      params: { apiVersion: 'argoproj.io/v1alpha1', kind: 'CronWorkflow', namespace, name: 'retrain' },
      probes: ['holds', 'holds'],
    },
    { name: 'bare', action: 'kubernetes.delete-pod', params: { namespace, name: 'bare' }, probes: ['holds'] },
    { name: 'a node', action: 'kubernetes.cordon-node', params: { name: node }, probes: ['holds'] },
    {
      name: 'Application',
      action: 'kubernetes.suspend-delivery',
      params: { ...argo, kind: 'Application', name: 'serving' },
      probes: ['holds'],
      interfere: merge('Application', argo.apiVersion, 'serving', {
        spec: { syncPolicy: { automated: { prune: false } } },
      }),
    },
    {
      name: 'Application with other sync settings',
      action: 'kubernetes.suspend-delivery',
      params: { ...argo, kind: 'Application', name: 'polite' },
      probes: ['holds'],
    },
    {
      name: 'ApplicationSet',
      action: 'kubernetes.suspend-delivery',
      params: { ...argo, kind: 'ApplicationSet', name: 'fleet' },
      probes: ['holds'],
      interfere: merge('ApplicationSet', argo.apiVersion, 'fleet', {
        spec: { syncPolicy: { applicationsSync: 'sync' } },
      }),
    },
    {
      name: 'Kustomization',
      action: 'kubernetes.suspend-delivery',
      params: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace, name: 'serving' },
      probes: ['holds'],
    },
    {
      name: 'GitRepository',
      action: 'kubernetes.suspend-delivery',
      params: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace, name: 'models' },
      probes: ['holds'],
    },
  ];
}
