/**
 * The controllers of pods: Deployment → ReplicaSet → Pod, StatefulSet, DaemonSet, ReplicationController, Job. Each brings
 * the pods that it owns to the number that it asks for. A CronJob starts nothing here: the twin has no schedule.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { array, at, type Foreign, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';
import { apiVersionOf, knownResource } from '../resources.ts';
import type { Cluster, Reaction } from './cluster.ts';
import { restrains } from './policies.ts';
import { nameOf, namespaceOf, uidOf } from './storage.ts';

const pods = knownResource('', 'Pod') as ApiResource;
const nodes = knownResource('', 'Node') as ApiResource;
const accounts = knownResource('', 'ServiceAccount') as ApiResource;
const deployments = knownResource('apps', 'Deployment') as ApiResource;
const replicaSets = knownResource('apps', 'ReplicaSet') as ApiResource;
const statefulSets = knownResource('apps', 'StatefulSet') as ApiResource;
const daemonSets = knownResource('apps', 'DaemonSet') as ApiResource;
const replicationControllers = knownResource('', 'ReplicationController') as ApiResource;
const jobs = knownResource('batch', 'Job') as ApiResource;
const hashLabel = 'pod-template-hash';

export function workloadControllers(cluster: Cluster): readonly Reaction[] {
  const reconcilers = new Map<ApiResource, (owner: ApiObject) => void>([
    [deployments, (owner) => reconcileDeployment(cluster, owner)],
    [replicaSets, (owner) => reconcileCount(cluster, replicaSets, owner, replicasOf(owner))],
    [replicationControllers, (owner) => reconcileCount(cluster, replicationControllers, owner, replicasOf(owner))],
    [statefulSets, (owner) => reconcileOrdinals(cluster, owner)],
    [daemonSets, (owner) => reconcileNodes(cluster, owner)],
    [jobs, (owner) => reconcileJob(cluster, owner)],
  ]);
  /** The present state decides, never the one that the change was about. */
  function reconcile(resource: ApiResource, namespace: string | undefined, name: string): void {
    const current = cluster.storage.get(resource, namespace, name);
    if (current === undefined || textAt(current, 'metadata', 'deletionTimestamp') !== undefined) return;
    reconcilers.get(resource)?.(current);
    reportStatus(cluster, resource, namespace, name);
  }
  function reconcileAll(namespace: string | undefined, only: (resource: ApiResource) => boolean): void {
    for (const resource of reconcilers.keys())
      if (only(resource))
        for (const owner of cluster.storage.list(resource, namespace))
          reconcile(resource, namespaceOf(owner), nameOf(owner));
  }
  return [
    ({ type, resource, object }) => {
      if (type !== 'DELETED') {
        if (reconcilers.has(resource)) reconcile(resource, namespaceOf(object), nameOf(object));
        // Pods that could not be made for want of their account can be made now.
        if (resource === accounts && type === 'ADDED')
          reconcileAll(namespaceOf(object), (each) => each !== deployments);
        if (resource === nodes) reconcileAll(undefined, (each) => each === daemonSets);
        return;
      }
      // What was in the way of new pods is gone.
      if (restrains(resource)) reconcileAll(namespaceOf(object), (each) => each !== deployments);
      if (resource !== pods && resource !== replicaSets) return;
      for (const owner of array(object.metadata?.ownerReferences)) {
        const parent = cluster.storage.byUid(textAt(owner, 'uid') ?? '');
        if (parent !== undefined) reconcile(parent.resource, namespaceOf(parent.object), nameOf(parent.object));
      }
    },
  ];
}

const replicasOf = (owner: ApiObject): number => Math.max(0, Number(at(owner, 'spec', 'replicas') ?? 1));

function dependents(cluster: Cluster, owner: ApiObject, resource: ApiResource): readonly ApiObject[] {
  return cluster.storage
    .dependentsOf(uidOf(owner))
    .filter((entry) => entry.resource === resource)
    .map((entry) => entry.object);
}

function ownedPods(cluster: Cluster, owner: ApiObject): readonly ApiObject[] {
  return dependents(cluster, owner, pods);
}

function controllerReference(resource: ApiResource, owner: ApiObject): Foreign {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Whether it was admitted. */
function createPod(
  cluster: Cluster,
  resource: ApiResource,
  owner: ApiObject,
  own: { readonly name?: string; readonly nodeName?: string },
): boolean {
  const template = record(at(owner, 'spec', 'template')) ?? {};
  const spec = record(template.spec) ?? {};
  const created = cluster.create(pods, namespaceOf(owner), {
    metadata: {
      ...(own.name === undefined ? { generateName: `${nameOf(owner)}-` } : { name: own.name }),
      labels: at(template, 'metadata', 'labels') ?? {},
      annotations: at(template, 'metadata', 'annotations') ?? {},
      ownerReferences: [controllerReference(resource, owner)],
    },
    spec: own.nodeName === undefined ? spec : { ...spec, nodeName: own.nodeName },
  });
  return created.ok;
}

/** Too many: the youngest go. Too few: new ones, until one is refused. */
function reconcileCount(cluster: Cluster, resource: ApiResource, owner: ApiObject, wanted: number): void {
  const present = ownedPods(cluster, owner);
  for (const pod of present.slice(wanted)) cluster.remove(pods, pod);
  for (let missing = wanted - present.length; missing > 0; missing -= 1)
    if (!createPod(cluster, resource, owner, {})) return;
}

function reconcileOrdinals(cluster: Cluster, owner: ApiObject): void {
  const wanted = new Set(Array.from({ length: replicasOf(owner) }, (_, ordinal) => `${nameOf(owner)}-${ordinal}`));
  for (const pod of ownedPods(cluster, owner)) if (!wanted.delete(nameOf(pod))) cluster.remove(pods, pod);
  for (const name of wanted) createPod(cluster, statefulSets, owner, { name });
}

function reconcileNodes(cluster: Cluster, owner: ApiObject): void {
  const selector = Object.entries(record(at(owner, 'spec', 'template', 'spec', 'nodeSelector')) ?? {});
  // Cordoned nodes keep their daemons: the DaemonSet controller tolerates `unschedulable`.
  const fitting = cluster.storage
    .list(nodes)
    .filter((node) => selector.every(([key, value]) => record(node.metadata?.labels)?.[key] === value));
  const wanted = new Set(fitting.map(nameOf));
  for (const pod of ownedPods(cluster, owner))
    if (!wanted.delete(textAt(pod, 'spec', 'nodeName') ?? '')) cluster.remove(pods, pod);
  for (const nodeName of wanted) createPod(cluster, daemonSets, owner, { nodeName });
}

function reconcileJob(cluster: Cluster, owner: ApiObject): void {
  const finished = array(at(owner, 'status', 'conditions')).some(
    (condition) =>
      ['Complete', 'Failed'].includes(textAt(condition, 'type') ?? '') && at(condition, 'status') === 'True',
  );
  if (finished) return;
  const suspended = at(owner, 'spec', 'suspend') === true;
  reconcileCount(cluster, jobs, owner, suspended ? 0 : Math.max(0, Number(at(owner, 'spec', 'parallelism') ?? 1)));
}

/** The set whose template is the Deployment's has all replicas, the others have none. */
function reconcileDeployment(cluster: Cluster, owner: ApiObject): void {
  const wanted = replicasOf(owner);
  const template = withoutHash(record(at(owner, 'spec', 'template')) ?? {});
  const owned = dependents(cluster, owner, replicaSets);
  const current = owned.find((set) =>
    isDeepStrictEqual(withoutHash(record(at(set, 'spec', 'template')) ?? {}), template),
  );
  for (const set of owned) if (set !== current) scale(cluster, set, 0);
  if (current !== undefined) scale(cluster, current, wanted);
  else if (wanted > 0 || owned.length === 0) createReplicaSet(cluster, owner, template, wanted);
}

function scale(cluster: Cluster, set: ApiObject, replicas: number): void {
  if (replicasOf(set) !== replicas)
    cluster.update(replicaSets, set, { ...set, spec: { ...record(set.spec), replicas } });
}

function createReplicaSet(cluster: Cluster, owner: ApiObject, template: Foreign, replicas: number): void {
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
  const labels = { ...record(at(template, 'metadata', 'labels')), [hashLabel]: hash };
  const selector = record(at(owner, 'spec', 'selector')) ?? {};
  cluster.create(replicaSets, namespaceOf(owner), {
    metadata: {
      name: `${nameOf(owner)}-${hash}`,
      labels,
      ownerReferences: [controllerReference(deployments, owner)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...record(selector.matchLabels), [hashLabel]: hash } },
      template: { ...template, metadata: { ...record(template.metadata), labels } },
    },
  });
}

function withoutHash(template: Foreign): Foreign {
  const { creationTimestamp: _none, ...metadata } = record(template.metadata) ?? {};
  const { [hashLabel]: _hash, ...labels } = record(metadata.labels) ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

function reportStatus(cluster: Cluster, resource: ApiResource, namespace: string | undefined, name: string): void {
  const owner = cluster.storage.get(resource, namespace, name);
  if (owner === undefined || resource === jobs) return;
  const owners = resource === deployments ? dependents(cluster, owner, replicaSets) : [owner];
  const running = owners.reduce((sum, each) => sum + ownedPods(cluster, each).length, 0);
  const counts =
    resource === daemonSets
      ? { currentNumberScheduled: running, desiredNumberScheduled: running, numberReady: running }
      : { replicas: running, readyReplicas: running };
  const status = { ...record(owner.status), ...counts, observedGeneration: at(owner, 'metadata', 'generation') };
  cluster.update(resource, owner, { ...owner, status }, 'status');
}
