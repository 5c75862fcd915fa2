/**
 * Which kind lives under which path: the kinds of Kubernetes itself and of the systems that AI platforms are made of.
 *
 * A live server tells this by discovery and needs no table. Files and the twin have nobody to ask, so the table is theirs,
 * and the names of facts are derived from it. A kind that is not in it gets a guessed plural and is marked as guessed.
 */

import { field, text } from '../../intake/foreign.ts';
import type { ApiObject, ApiResource, ResourceRef } from './api.ts';

/** `kind plural`, or `kind plural *` for a kind without namespace, by group and version. */
const table: readonly (readonly [group: string, version: string, kinds: readonly string[]])[] = [
  [
    '',
    'v1',
    [
      'Namespace namespaces *',
      'Node nodes *',
      'PersistentVolume persistentvolumes *',
      'Pod pods',
      'ServiceAccount serviceaccounts',
      'Secret secrets',
      'ConfigMap configmaps',
      'Service services',
      'Endpoints endpoints',
      'PersistentVolumeClaim persistentvolumeclaims',
      'ReplicationController replicationcontrollers',
      'ResourceQuota resourcequotas',
      'LimitRange limitranges',
      'PodTemplate podtemplates',
      'Event events',
    ],
  ],
  [
    'apps',
    'v1',
    [
      'Deployment deployments',
      'StatefulSet statefulsets',
      'DaemonSet daemonsets',
      'ReplicaSet replicasets',
      'ControllerRevision controllerrevisions',
    ],
  ],
  ['batch', 'v1', ['Job jobs', 'CronJob cronjobs']],
  [
    'rbac.authorization.k8s.io',
    'v1',
    [
      'Role roles',
      'RoleBinding rolebindings',
      'ClusterRole clusterroles *',
      'ClusterRoleBinding clusterrolebindings *',
    ],
  ],
  ['networking.k8s.io', 'v1', ['NetworkPolicy networkpolicies', 'Ingress ingresses', 'IngressClass ingressclasses *']],
  ['discovery.k8s.io', 'v1', ['EndpointSlice endpointslices']],
  ['certificates.k8s.io', 'v1', ['CertificateSigningRequest certificatesigningrequests *']],
  [
    'admissionregistration.k8s.io',
    'v1',
    [
      'MutatingWebhookConfiguration mutatingwebhookconfigurations *',
      'ValidatingWebhookConfiguration validatingwebhookconfigurations *',
      'ValidatingAdmissionPolicy validatingadmissionpolicies *',
      'ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings *',
    ],
  ],
  ['apiextensions.k8s.io', 'v1', ['CustomResourceDefinition customresourcedefinitions *']],
  ['apiregistration.k8s.io', 'v1', ['APIService apiservices *']],
  ['autoscaling', 'v2', ['HorizontalPodAutoscaler horizontalpodautoscalers']],
  ['policy', 'v1', ['PodDisruptionBudget poddisruptionbudgets', 'PodSecurityPolicy podsecuritypolicies *']],
  ['scheduling.k8s.io', 'v1', ['PriorityClass priorityclasses *']],
  ['storage.k8s.io', 'v1', ['StorageClass storageclasses *', 'CSIDriver csidrivers *', 'CSINode csinodes *']],
  ['node.k8s.io', 'v1', ['RuntimeClass runtimeclasses *']],
  ['coordination.k8s.io', 'v1', ['Lease leases']],
  ['events.k8s.io', 'v1', ['Event events']],
  // Delivery
  ['argoproj.io', 'v1alpha1', ['Application applications', 'ApplicationSet applicationsets', 'AppProject appprojects']],
  ['kustomize.toolkit.fluxcd.io', 'v1', ['Kustomization kustomizations']],
  ['helm.toolkit.fluxcd.io', 'v2', ['HelmRelease helmreleases']],
  [
    'source.toolkit.fluxcd.io',
    'v1',
    [
      'GitRepository gitrepositories',
      'HelmRepository helmrepositories',
      'HelmChart helmcharts',
      'OCIRepository ocirepositories',
      'Bucket buckets',
    ],
  ],
  [
    'image.toolkit.fluxcd.io',
    'v1',
    ['ImageRepository imagerepositories', 'ImagePolicy imagepolicies', 'ImageUpdateAutomation imageupdateautomations'],
  ],
  ['notification.toolkit.fluxcd.io', 'v1beta3', ['Provider providers', 'Alert alerts']],
  ['notification.toolkit.fluxcd.io', 'v1', ['Receiver receivers']],
  // Models, agents, training
  ['serving.kserve.io', 'v1beta1', ['InferenceService inferenceservices']],
  [
    'serving.kserve.io',
    'v1alpha1',
    [
      'TrainedModel trainedmodels',
      'InferenceGraph inferencegraphs',
      'ServingRuntime servingruntimes',
      'ClusterServingRuntime clusterservingruntimes *',
      'ClusterStorageContainer clusterstoragecontainers *',
      'LLMInferenceService llminferenceservices',
    ],
  ],
  [
    'serving.knative.dev',
    'v1',
    ['Service services', 'Revision revisions', 'Route routes', 'Configuration configurations'],
  ],
  ['ray.io', 'v1', ['RayCluster rayclusters', 'RayJob rayjobs', 'RayService rayservices', 'RayCronJob raycronjobs']],
  ['kubeflow.org', 'v1', ['Notebook notebooks', 'PyTorchJob pytorchjobs', 'TFJob tfjobs', 'MPIJob mpijobs']],
  ['kubeflow.org', 'v1', ['XGBoostJob xgboostjobs', 'JAXJob jaxjobs', 'PaddleJob paddlejobs', 'Profile profiles *']],
  ['kubeflow.org', 'v2beta1', ['ScheduledWorkflow scheduledworkflows']],
  ['trainer.kubeflow.org', 'v1alpha1', ['TrainJob trainjobs']],
  [
    'argoproj.io',
    'v1alpha1',
    [
      'Workflow workflows',
      'WorkflowTemplate workflowtemplates',
      'CronWorkflow cronworkflows',
      'ClusterWorkflowTemplate clusterworkflowtemplates *',
      'WorkflowEventBinding workfloweventbindings',
      'Rollout rollouts',
    ],
  ],
  ['agents.x-k8s.io', 'v1alpha1', ['Sandbox sandboxes']],
  ['kagent.dev', 'v1alpha1', ['Agent agents', 'ModelConfig modelconfigs', 'ToolServer toolservers']],
  // Network
  [
    'gateway.networking.k8s.io',
    'v1',
    ['GatewayClass gatewayclasses *', 'Gateway gateways', 'HTTPRoute httproutes', 'GRPCRoute grpcroutes'],
  ],
  ['aigateway.envoyproxy.io', 'v1alpha1', ['AIGatewayRoute aigatewayroutes', 'AIServiceBackend aiservicebackends']],
];

const everyVerb = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Every kind of the table as a server would announce it. */
export const knownResources: readonly ApiResource[] = table.flatMap(([group, version, kinds]) =>
  kinds.map((row) => {
    const [kind = '', plural = '', scope] = row.split(' ');
    return { group, version, plural, kind, namespaced: scope !== '*', verbs: everyVerb };
  }),
);

const byGroupKind = new Map(knownResources.map((resource) => [`${resource.group}/${resource.kind}`, resource]));

/** Groups that kinds have moved out of: objects of the old group are the objects of the new one. */
const movedFrom: ReadonlyMap<string, readonly string[]> = new Map([
  ['extensions', ['apps', 'networking.k8s.io', 'policy']],
]);

/** The table's entry for a kind of a group, whatever the version. */
export function knownResource(group: string, kind: string): ApiResource | undefined {
  const found = byGroupKind.get(`${group}/${kind}`);
  if (found !== undefined) return found;
  for (const newer of movedFrom.get(group) ?? []) {
    const moved = byGroupKind.get(`${newer}/${kind}`);
    if (moved !== undefined) return moved;
  }
  return undefined;
}

/** `apps/v1` → group and version; `v1` is the core group. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** English plural in the way of code generators: Policy → policies, Ingress → ingresses, Job → jobs. */
function guessPlural(kind: string): string {
  const word = kind.toLowerCase();
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

/**
 * The resource that an object belongs to, and whether we had to guess: an unknown kind has a guessed plural and counts as
 * namespaced exactly when the object names a namespace. Undefined without apiVersion and kind.
 */
export function resourceOf(
  object: ApiObject,
): { readonly resource: ApiResource; readonly guessed: boolean } | undefined {
  const apiVersion = text(field(object, 'apiVersion'));
  const kind = text(field(object, 'kind'));
  if (apiVersion === undefined || kind === undefined || apiVersion === '' || kind === '') return undefined;
  const { group, version } = groupVersion(apiVersion);
  const known = knownResource(group, kind);
  if (known !== undefined) return { resource: known, guessed: false };
  const namespaced = text(field(field(object, 'metadata'), 'namespace')) !== undefined;
  return { resource: { group, version, plural: guessPlural(kind), kind, namespaced, verbs: everyVerb }, guessed: true };
}

/** Where an object of this resource lives. */
export function refOf(resource: ApiResource, namespace: string | undefined, name?: string): ResourceRef {
  return {
    group: resource.group,
    version: resource.version,
    plural: resource.plural,
    namespace: resource.namespaced ? namespace : undefined,
    name,
  };
}

/** `/apis/apps/v1/namespaces/x/deployments/y/scale` */
export function pathOf(ref: ResourceRef): string {
  const parts = ref.group === '' ? ['api', ref.version] : ['apis', ref.group, ref.version];
  if (ref.namespace !== undefined) parts.push('namespaces', ref.namespace);
  parts.push(ref.plural);
  if (ref.name !== undefined) parts.push(ref.name);
  if (ref.subresource !== undefined) parts.push(...ref.subresource.split('/'));
  // RBAC names hold colons, which a path may.
  return `/${parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':')).join('/')}`;
}
