/**
 * Audit events of an API server (`audit.k8s.io/v1`): by file, or as its webhook sends them (`EventList`). The stages of one
 * request are one event. A managed cluster says in `user.extra` which cloud identity stands behind the user.
 */
import {
  type EventFormat,
  kubernetesId,
  kubernetesUserId,
  type NormalEvent,
  serviceAccountOf,
} from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';

const kinds: Readonly<Record<string, string>> = {
  pods: 'Pod',
  secrets: 'Secret',
  configmaps: 'ConfigMap',
  serviceaccounts: 'ServiceAccount',
  nodes: 'Node',
  namespaces: 'Namespace',
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
  jobs: 'Job',
  cronjobs: 'CronJob',
  roles: 'Role',
  rolebindings: 'RoleBinding',
  clusterroles: 'ClusterRole',
  clusterrolebindings: 'ClusterRoleBinding',
  persistentvolumes: 'PersistentVolume',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  services: 'Service',
  ingresses: 'Ingress',
  networkpolicies: 'NetworkPolicy',
  applications: 'Application.argoproj.io',
  inferenceservices: 'InferenceService.serving.kserve.io',
};
const reads = new Set(['get', 'list', 'watch', 'head']);
const runs = new Set(['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers']);

export default {
  id: 'kubernetes-audit',
  title: 'Audit log of a Kubernetes API server',
  systems: ['kubernetes'],
  // Some who hand it on leave the version out; an Event of a cluster itself has no verb.
  is: (value) =>
    field(value, 'kind') === 'Event' &&
    (textAt(value, 'apiVersion')?.startsWith('audit.k8s.io/') ??
      (textAt(value, 'verb') !== undefined && textAt(value, 'user', 'username') !== undefined)),
  unwrap: (value) =>
    textAt(value, 'apiVersion')?.startsWith('audit.k8s.io/') === true && field(value, 'kind') === 'EventList'
      ? array(field(value, 'items')).map((item) => withKind(item, textAt(value, 'apiVersion')))
      : undefined,
  read(value) {
    // Of a request that goes on for long (a shell, a watch) the answer's beginning is told at once, and its end under the same id.
    if (textAt(value, 'stage') === 'RequestReceived') return undefined;
    const time = moment(textAt(value, 'requestReceivedTimestamp') ?? textAt(value, 'stageTimestamp'));
    const user = record(at(value, 'impersonatedUser')) ?? record(at(value, 'user'));
    const name = textAt(user, 'username');
    if (name === undefined) return 'It says no user.';
    const verb = textAt(value, 'verb') ?? 'unknown';
    const resource = textAt(value, 'objectRef', 'resource');
    const subresource = textAt(value, 'objectRef', 'subresource');
    const ownId = textAt(value, 'auditID');
    const refusal = textAt(value, 'annotations', 'authorization.k8s.io/reason');
    const outcome = outcomeOf(value);
    return {
      time,
      system: 'kubernetes',
      actor: actorOf(value, user, name),
      operation:
        resource === undefined
          ? `${verb} ${pathOf(value)}`
          : `${verb} ${[resource, subresource].filter(Boolean).join('/')}`,
      activity: activityOf(verb, resource, subresource),
      targets: targetsOf(value, resource),
      outcome,
      ...(outcome === 'done' || refusal === undefined ? {} : { reason: refusal }),
      ...(ownId === undefined ? {} : { ownId }),
    };
  },
} satisfies EventFormat;

/** In a list the API server leaves out what all its items are; in its log each event says it. */
function withKind(item: unknown, apiVersion: string | undefined): unknown {
  return record(item) === undefined ? item : { kind: 'Event', apiVersion, ...(item as object) };
}

function actorOf(value: unknown, user: unknown, name: string): NormalEvent['actor'] {
  const extra = (key: string) => array(field(field(user, 'extra'), key)).find((each) => typeof each === 'string');
  const pod = extra('authentication.kubernetes.io/pod-name') as string | undefined;
  const node = extra('authentication.kubernetes.io/node-name') as string | undefined;
  const token = (extra('authentication.kubernetes.io/credential-id') ?? extra('sessionName')) as string | undefined;
  const arn = (extra('canonicalArn') ?? extra('arn')) as string | undefined;
  const key = extra('accessKeyId') as string | undefined;
  const namespace = serviceAccountOf(name)?.namespace;
  const behind = textAt(value, 'user', 'username');
  const cloud = arn === undefined ? undefined : principalOfArn(arn);
  const also = [
    ...array(field(user, 'groups')).flatMap((group) =>
      typeof group === 'string' && !group.startsWith('system:serviceaccounts')
        ? [kubernetesId('Group', undefined, group)]
        : [],
    ),
    ...(pod === undefined || namespace === undefined ? [] : [kubernetesId('Pod', namespace, pod)]),
    ...(node === undefined ? [] : [kubernetesId('Node', undefined, node)]),
    ...(cloud === undefined ? [] : [cloud]),
  ];
  const address = array(field(value, 'sourceIPs')).find((each) => typeof each === 'string') as string | undefined;
  const agent = textAt(value, 'userAgent');
  return {
    name,
    id: kubernetesUserId(name),
    ...(key === undefined ? {} : { credential: `aws:AccessKey/${key}` }),
    ...(token === undefined ? {} : { session: token }),
    ...(also.length === 0 ? {} : { also }),
    ...(behind === undefined || behind === name ? {} : { behind: kubernetesUserId(behind) }),
    ...(address === undefined ? {} : { address }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** What the server decided comes before what it answered: an object that is not there was asked for by right. */
function outcomeOf(value: unknown): NormalEvent['outcome'] {
  const code = at(value, 'responseStatus', 'code');
  const decision = textAt(value, 'annotations', 'authorization.k8s.io/decision');
  if (decision === 'forbid' || code === 401 || code === 403) return 'refused';
  if (typeof code !== 'number') return decision === 'allow' ? 'done' : 'unknown';
  return code < 400 ? 'done' : 'failed';
}

function activityOf(
  verb: string,
  resource: string | undefined,
  subresource: string | undefined,
): NormalEvent['activity'] {
  if (subresource !== undefined && runs.has(subresource)) return 'execute';
  if (subresource === 'token' || resource === 'tokenreviews') return 'authenticate';
  if (reads.has(verb)) return 'read';
  if (verb === 'delete' || verb === 'deletecollection') return 'delete';
  return verb === 'impersonate' ? 'authenticate' : 'change';
}

/** A list names no object: it is about all of its kind, and that is no node. */
function targetsOf(value: unknown, resource: string | undefined): string[] {
  const name = textAt(value, 'objectRef', 'name');
  const kind = resource === undefined ? undefined : Object.hasOwn(kinds, resource) ? kinds[resource] : undefined;
  if (name === undefined || kind === undefined) return [];
  const namespace = kind === 'Namespace' ? undefined : textAt(value, 'objectRef', 'namespace');
  return [kubernetesId(kind, namespace, name)];
}

/** Without the query: it may hold what nobody should see. */
function pathOf(value: unknown): string {
  return (textAt(value, 'requestURI') ?? '').split('?', 1)[0] ?? '';
}
