/**
 * What the API server fills in or refuses when an object is created: the defaults that edge rules and actions rely on, and
 * the ServiceAccount admission plugin (a pod gets an account and a projected token, or is refused).
 */
import { isDeepStrictEqual } from 'node:util';
import { array, at, type Foreign, record, stringMap, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource, ApiResult } from '../api.ts';
import { knownResource } from '../resources.ts';
import { type Cluster, refuse } from './cluster.ts';
import { podDenied } from './policies.ts';
import { nameOf, namespaceOf } from './storage.ts';

const tokenMount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Fills in defaults, as the server does with every body that it decodes. */
export function withDefaults(resource: ApiResource, object: ApiObject): ApiObject {
  switch (`${resource.group}/${resource.kind}`) {
    case '/Secret':
      return secretDefaults(object);
    case 'apps/Deployment':
    case 'apps/StatefulSet':
    case 'apps/ReplicaSet':
    case '/ReplicationController':
      return withSpec(object, (spec) => (spec.replicas == null ? { ...spec, replicas: 1 } : spec));
    case 'networking.k8s.io/NetworkPolicy':
      return withSpec(object, policyTypeDefaults);
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return { ...object, subjects: array(object.subjects).map(subjectDefaults) };
    default:
      return object;
  }
}

/** What admission and validation say to a new object. */
export function admit(cluster: Cluster, resource: ApiResource, object: ApiObject): ApiResult<ApiObject> {
  if (resource.group === '' && resource.kind === 'Pod') return admitPod(cluster, object);
  return resource.group === 'apps' && selected.has(resource.kind) ? checkSelector(object) : { ok: true, value: object };
}

const selected = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

function withSpec(object: ApiObject, change: (spec: Foreign) => Foreign): ApiObject {
  return { ...object, spec: change(record(object.spec) ?? {}) };
}

/** An absent list of types means Ingress, and Egress too when there are egress rules. */
function policyTypeDefaults(spec: Foreign): Foreign {
  if (array(spec.policyTypes).length > 0) return spec;
  return { ...spec, policyTypes: array(spec.egress).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'] };
}

function subjectDefaults(subject: unknown): unknown {
  const kind = textAt(subject, 'kind');
  const needsGroup = (kind === 'User' || kind === 'Group') && textAt(subject, 'apiGroup') === undefined;
  return needsGroup ? { ...record(subject), apiGroup: 'rbac.authorization.k8s.io' } : subject;
}

/** `stringData` is a way of writing `data` that no server keeps. */
export function secretDefaults(object: ApiObject): ApiObject {
  const { stringData, ...rest } = object;
  const plain = Object.entries(stringMap(stringData)).map(([key, value]) => [
    key,
    Buffer.from(value, 'utf8').toString('base64'),
  ]);
  const data = { ...record(rest.data), ...Object.fromEntries(plain) };
  return { ...rest, type: text(rest.type) ?? 'Opaque', ...(Object.keys(data).length > 0 ? { data } : {}) };
}

function checkSelector(object: ApiObject): ApiResult<ApiObject> {
  const wanted = Object.entries(stringMap(at(object, 'spec', 'selector', 'matchLabels')));
  const labels = stringMap(at(object, 'spec', 'template', 'metadata', 'labels'));
  const fits = wanted.every(([key, value]) => labels[key] === value);
  return fits ? { ok: true, value: object } : refuse('invalid', 422, 'selector does not match template labels');
}

function admitPod(cluster: Cluster, object: ApiObject): ApiResult<ApiObject> {
  const spec = record(object.spec) ?? {};
  const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount') ?? 'default';
  const accounts = knownResource('', 'ServiceAccount') as ApiResource;
  const found = cluster.storage.get(accounts, namespaceOf(object), account);
  if (found === undefined && cluster.strict())
    return refuse('forbidden', 403, `error looking up service account ${namespaceOf(object)}/${account}: not found`);
  const named = { ...spec, serviceAccountName: account, serviceAccount: account };
  const automount = at(spec, 'automountServiceAccountToken') ?? at(found, 'automountServiceAccountToken') ?? true;
  const mounted = automount === false ? named : mountToken(named, cluster.ids.suffix());
  const scheduled = textAt(spec, 'nodeName') === undefined ? 'Pending' : 'Running';
  const admitted = { ...object, spec: mounted, status: record(object.status) ?? { phase: scheduled } };
  const denied = podDenied(cluster, admitted);
  return denied === undefined ? { ok: true, value: admitted } : refusedPod(admitted, denied);
}

function refusedPod(pod: ApiObject, because: string): ApiResult<never> {
  return refuse('forbidden', 403, `pods "${nameOf(pod)}" is forbidden: ${because}`);
}

/** What admission says to a change of an object. */
export function refusesChange(
  cluster: Cluster,
  resource: ApiResource,
  next: ApiObject,
  before: ApiObject,
): ApiResult<never> | undefined {
  if (resource.group !== '' || resource.kind !== 'Pod') return undefined;
  const denied = podDenied(cluster, next, before);
  return denied === undefined ? undefined : refusedPod(next, denied);
}

/** Adds the projected token volume to every container that does not mount something there already. */
function mountToken(spec: Foreign, suffix: string): Foreign {
  const name = `kube-api-access-${suffix}`;
  const mount = { name, mountPath: tokenMount, readOnly: true };
  const withMount = (container: unknown) => {
    const mounts = array(at(container, 'volumeMounts'));
    if (mounts.some((entry) => at(entry, 'mountPath') === tokenMount)) return container;
    return { ...record(container), volumeMounts: [...mounts, mount] };
  };
  const containers = array(spec.containers).map(withMount);
  const initContainers = array(spec.initContainers).map(withMount);
  if (isDeepStrictEqual(containers, spec.containers)) return spec;
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ];
  return {
    ...spec,
    containers,
    ...(initContainers.length > 0 ? { initContainers } : {}),
    volumes: [...array(spec.volumes), { name, projected: { defaultMode: 420, sources } }],
  };
}
