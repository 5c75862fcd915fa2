/**
 * Raw object → fact. The object is brought to the shape of its fact kind (most kinds are already in it) and parsed by the
 * contract's schema, which strips everything that nobody reasons with. What does not parse is a gap that names the field.
 *
 * This runs once per object of the cluster, so it must stay cheap: 25,000 pods in about two seconds, nearly all of it zod.
 */
import {
  type AnyFact,
  catalogue,
  type Gap,
  type KubernetesFactKind,
  kubernetesFactSchemas,
  kubernetesId,
} from '@firebreak/contract';
import { array, at, type Foreign, field, printable, record, text, textAt } from '../../intake/foreign.ts';
import type { ApiObject } from './api.ts';
import { bindingOf, denialOf } from './denial/policy.ts';
import { awsAuthOf } from './kinds/aws-auth.ts';
import { deliveryChannelData, deliverySystem } from './kinds/delivery-channel.ts';
import { endpointSliceData, endpointsData } from './kinds/endpoints.ts';
import { ingressData } from './kinds/ingress.ts';
import { isModelWorkload, modelWorkloadData } from './kinds/model-workload.ts';
import { isScoped } from './kinds/resource-quota.ts';
import { workloadData } from './kinds/workload.ts';
import { groupVersion, knownResource, resourceOf } from './resources.ts';
import { secretData } from './secret.ts';

/** Where an object was read. */
export interface Origin {
  /** `rbac.yaml#3`, or an API path. */
  readonly locator: string;
  /** For sources without a server: the namespace of namespaced objects that name none, as `kubectl apply` would choose. */
  readonly defaultNamespace?: string;
}

export interface Normalised {
  readonly facts: readonly AnyFact[];
  readonly gaps: readonly Gap[];
}

interface Shape {
  readonly fact: KubernetesFactKind;
  readonly data: (object: ApiObject) => Foreign | undefined;
}

const asIs = (object: ApiObject): Foreign => object;
const shape = (fact: KubernetesFactKind, data: Shape['data'] = asIs): Shape => ({ fact, data });
const workload = shape('kubernetes.workload', workloadData);
const webhooks = shape('kubernetes.webhook-configuration', (object) => ({
  metadata: object.metadata,
  mutating: object.kind === 'MutatingWebhookConfiguration',
  webhooks: object.webhooks,
}));

/** By group and kind. A kind that is not here is a delivery channel, a model workload or inventory. */
const shapes: Readonly<Record<string, Shape>> = {
  '/Namespace': shape('kubernetes.namespace'),
  '/Pod': shape('kubernetes.pod'),
  '/ServiceAccount': shape('kubernetes.service-account'),
  '/Secret': shape('kubernetes.secret', secretData),
  '/ConfigMap': shape('kubernetes.config-map', (object) => ({
    metadata: object.metadata,
    dataKeys: [...Object.keys(record(object.data) ?? {}), ...Object.keys(record(object.binaryData) ?? {})].sort(),
    awsAuth: awsAuthOf(object),
  })),
  '/Node': shape('kubernetes.node'),
  '/PersistentVolume': shape('kubernetes.persistent-volume'),
  '/PersistentVolumeClaim': shape('kubernetes.persistent-volume-claim'),
  '/Service': shape('kubernetes.service'),
  '/Endpoints': shape('kubernetes.endpoint-slice', endpointsData),
  '/ReplicationController': workload,
  'apps/Deployment': workload,
  'apps/StatefulSet': workload,
  'apps/DaemonSet': workload,
  'apps/ReplicaSet': workload,
  'batch/Job': workload,
  'batch/CronJob': workload,
  'rbac.authorization.k8s.io/Role': shape('kubernetes.role'),
  'rbac.authorization.k8s.io/ClusterRole': shape('kubernetes.role'),
  'rbac.authorization.k8s.io/RoleBinding': shape('kubernetes.role-binding'),
  'rbac.authorization.k8s.io/ClusterRoleBinding': shape('kubernetes.role-binding'),
  'discovery.k8s.io/EndpointSlice': shape('kubernetes.endpoint-slice', endpointSliceData),
  'networking.k8s.io/Ingress': shape('kubernetes.ingress', ingressData),
  'networking.k8s.io/NetworkPolicy': shape('kubernetes.network-policy', (object) => ({
    metadata: object.metadata,
    spec: { ...record(object.spec), hasEgress: (at(object, 'spec', 'egress') ?? undefined) !== undefined },
  })),
  'certificates.k8s.io/CertificateSigningRequest': shape('kubernetes.certificate-signing-request'),
  '/ResourceQuota': shape('kubernetes.resource-quota', (object) => ({
    metadata: object.metadata,
    spec: { ...record(object.spec), scoped: isScoped(object) },
  })),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': shape('kubernetes.admission-policy', (object) => ({
    metadata: object.metadata,
    denies: denialOf(object),
  })),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': shape(
    'kubernetes.admission-policy-binding',
    (object) => ({ metadata: object.metadata, ...bindingOf(object) }),
  ),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
};
const deliveryChannel = shape('kubernetes.delivery-channel', (object) => {
  const system = deliverySystem(object);
  return system === undefined ? undefined : deliveryChannelData(object, system);
});
const modelWorkload = shape('kubernetes.model-workload', modelWorkloadData);
const inventory = shape('kubernetes.custom-resource', (object) => ({
  metadata: object.metadata,
  apiVersion: object.apiVersion,
  resourceKind: object.kind,
}));

function shapeOf(group: string, kind: string, object: ApiObject): Shape {
  const own = Object.hasOwn(shapes, `${group}/${kind}`) ? shapes[`${group}/${kind}`] : undefined;
  if (own !== undefined) return own;
  if (deliverySystem(object) !== undefined) return deliveryChannel;
  return isModelWorkload(object) ? modelWorkload : inventory;
}

/** The fact kind that objects of a group and kind become; what a gap about the whole resource touches. */
export function factKindOf(group: string, kind: string): KubernetesFactKind {
  return shapeOf(group, kind, { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind }).fact;
}

/** The kind as ids write it: kinds of Kubernetes' own vocabulary alone, every other with its group. */
function idKind(group: string, kind: string): string {
  return group === '' || Object.hasOwn(shapes, `${group}/${kind}`) ? kind : `${kind}.${group}`;
}

export function normalise(object: ApiObject, origin: Origin): Normalised {
  const found = resourceOf(object);
  if (found === undefined)
    return refused(['*'], origin.locator, 'It has no apiVersion or no kind, so it is not a Kubernetes object.');
  const kind = found.resource.kind;
  const { group: writtenGroup } = groupVersion(text(object.apiVersion) ?? '');
  const group = knownResource(writtenGroup, kind)?.group ?? writtenGroup;
  const metadata = metadataOf(object, found.resource.namespaced, found.guessed, origin);
  const cleaned: ApiObject = { ...object, metadata };
  const { fact, data } = shapeOf(group, kind, cleaned);
  const label = `${printable(kind, 60)} ${printable(textAt(metadata, 'name') ?? '(no name)', 80)}`;
  const parsed = kubernetesFactSchemas[fact].safeParse(data(cleaned));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? 'the object' : fieldPath(issue.path);
    return refused([fact], origin.locator, `${label}: ${where}: ${printable(issue?.message ?? 'invalid')}.`);
  }
  const { name, namespace } = parsed.data.metadata;
  // Beside the data: a change that is none but in the version must not look like one.
  const resourceVersion = textAt(object, 'metadata', 'resourceVersion');
  const source = {
    connector: 'kubernetes',
    locator: origin.locator,
    ...(resourceVersion === undefined ? {} : { version: resourceVersion }),
  };
  const id = kubernetesId(idKind(group, kind), namespace, name);
  // The schema of the kind made the data, which the union of all facts cannot see.
  return { facts: [{ id, kind: fact, data: parsed.data, source } as AnyFact], gaps: [] };
}

/** A whole manifest inside an annotation: huge, stale, and for secrets the very values. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function metadataOf(object: ApiObject, namespaced: boolean, guessed: boolean, origin: Origin): Foreign {
  const metadata = record(object.metadata) ?? {};
  const annotations = record(metadata.annotations);
  const written = textAt(metadata, 'namespace');
  // kubectl ignores the namespace of a kind that has none, and so must ids.
  const namespace = namespaced ? (written ?? origin.defaultNamespace) : guessed ? written : undefined;
  const { namespace: _namespace, ...rest } = metadata;
  const cleaned: Record<string, unknown> = rest;
  if (namespace !== undefined) cleaned.namespace = namespace;
  // The server names it when it is created; until then it goes by the part that is known.
  const prefix = textAt(metadata, 'generateName');
  if (prefix !== undefined && textAt(metadata, 'name') === undefined) cleaned.name = `${prefix}(generated)`;
  if (annotations !== undefined && Object.hasOwn(annotations, lastApplied)) {
    const { [lastApplied]: _manifest, ...kept } = annotations;
    cleaned.annotations = kept;
  }
  return cleaned;
}

function refused(kinds: readonly string[], where: string, reason: string): Normalised {
  const code = 'FB-K8S-OBJECT-INVALID';
  return { facts: [], gaps: [{ kinds: [...kinds], where, code, reason, next: catalogue[code].next }] };
}

/** `spec.containers[0].name`, with foreign keys made printable. */
function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${printable(String(part), 60)}`,
    )
    .join('');
}

/** The items of a `List` (or `PodList`, …); undefined for anything else. Items without kind take the list's. */
export function listItems(object: ApiObject): readonly unknown[] | undefined {
  const kind = text(object.kind) ?? '';
  if (!kind.endsWith('List') || !Array.isArray(object.items)) return undefined;
  const itemKind = kind.slice(0, -'List'.length);
  return array(object.items).map((item) =>
    itemKind === '' || field(item, 'kind') !== undefined || record(item) === undefined
      ? item
      : { apiVersion: object.apiVersion, kind: itemKind, ...record(item) },
  );
}
