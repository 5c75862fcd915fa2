/**
 * The twin's generic registry: what the API server does with any object before and after storage (names, uids, revisions,
 * generations, preconditions, finalizers, immutable fields, no-op writes), and the loop that lets the controllers react.
 *
 * What must stay true: every refusal is the one that the real server gives (same failure, same HTTP status), a write that
 * changes nothing makes no new revision, and after each call the controllers have come to rest.
 */
import { isDeepStrictEqual } from 'node:util';
import { array, at, record, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource, ApiResult } from '../api.ts';
import { apiVersionOf, knownResource, knownResources, resourceOf } from '../resources.ts';
import { admit, refusesChange, secretDefaults, withDefaults } from './admission.ts';
import { type Cluster, type Reaction, refuse, type TwinIds, timestamp } from './cluster.ts';
import { type Change, makeStorage, nameOf, namespaceOf, type Storage, uidOf } from './storage.ts';

/** Kinds whose status only the status subresource may write. A custom resource has one when its definition says so. */
const withStatus = new Set(
  ['Pod', 'Node', 'Namespace', 'Service', 'PersistentVolume', 'PersistentVolumeClaim', 'ReplicationController']
    .concat(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Ingress'])
    .concat([
      'CertificateSigningRequest',
      'CustomResourceDefinition',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
    ]),
);

/** `controllers` is asked once for the reactions that every change goes through. */
export function makeCluster(
  ids: TwinIds,
  now: () => Date,
  controllers: (cluster: Cluster) => readonly Reaction[],
): Cluster {
  const storage = makeStorage();
  const served = new Map(knownResources.map((resource) => [`${resource.group}/${resource.plural}`, resource]));
  const queue: Change[] = [];
  let settling = false;

  function changed(type: Change['type'], resource: ApiResource, object: ApiObject): void {
    if (resource.kind === 'CustomResourceDefinition') announce(object);
    if (resource === namespaces) knowsNamespaces = true;
    queue.push({ revision: storage.revision, type, resource, object });
    settle();
  }
  function settle(): void {
    if (settling) return;
    settling = true;
    try {
      for (let next = 0; next < queue.length; next += 1) {
        // Controllers that fight each other would never come to rest: better a loud end than a silent hang.
        if (next > 5_000_000) throw new Error('the twin’s controllers do not come to rest');
        const change = queue[next];
        if (change !== undefined) for (const react of reactions) react(change);
      }
    } finally {
      settling = false;
      queue.length = 0;
    }
  }
  function announce(definition: ApiObject): void {
    const group = textAt(definition, 'spec', 'group');
    const plural = textAt(definition, 'spec', 'names', 'plural');
    const kind = textAt(definition, 'spec', 'names', 'kind');
    const versions = array(at(definition, 'spec', 'versions'));
    const version = textAt(versions.find((entry) => at(entry, 'storage') === true) ?? versions[0], 'name');
    if (group === undefined || plural === undefined || kind === undefined || version === undefined) return;
    const namespaced = at(definition, 'spec', 'scope') !== 'Cluster';
    const verbs = knownResources[0]?.verbs ?? [];
    served.set(`${group}/${plural}`, { group, version, plural, kind, namespaced, verbs });
  }
  const namespaces = knownResource('', 'Namespace') as ApiResource;
  let knowsNamespaces = false;

  const cluster: Cluster = {
    storage,
    ids,
    now,
    find: (ref) => served.get(`${ref.group}/${ref.plural}`),
    resources: () => [...served.values()],
    strict: () => knowsNamespaces,

    create(resource, namespace, body, dryRun = false) {
      const shaped = shape(resource, namespace, body, ids);
      if (!shaped.ok) return shaped;
      const object = shaped.value;
      const name = nameOf(object);
      if (resource.namespaced && cluster.strict()) {
        const home = storage.get(namespaces, undefined, namespaceOf(object) ?? '');
        if (home === undefined) return refuse('not-found', 404, `namespaces "${namespaceOf(object)}" not found`);
        if (textAt(home, 'metadata', 'deletionTimestamp') !== undefined)
          return refuse('forbidden', 403, `namespace ${namespaceOf(object)} is being terminated`);
      }
      if (storage.get(resource, namespaceOf(object), name) !== undefined)
        return refuse('conflict', 409, `${resource.plural} "${name}" already exists`);
      const admitted = admit(cluster, resource, withDefaults(resource, object));
      if (!admitted.ok || dryRun) return admitted;
      const stored = storage.put(resource, {
        ...admitted.value,
        metadata: {
          ...admitted.value.metadata,
          uid: ids.uid(),
          creationTimestamp: timestamp(now()),
          ...(record(admitted.value.spec) === undefined ? {} : { generation: 1 }),
        },
      });
      changed('ADDED', resource, stored);
      // A controller may have completed the object meanwhile (token secrets), or removed it again.
      return { ok: true, value: storage.get(resource, namespaceOf(stored), name) ?? stored };
    },

    update(resource, before, next, part = 'main') {
      const wanted = textAt(next, 'metadata', 'resourceVersion');
      if (wanted !== undefined && wanted !== textAt(before, 'metadata', 'resourceVersion'))
        return refuse('conflict', 409, 'the object has been modified; read it again');
      const uid = textAt(next, 'metadata', 'uid');
      if (uid !== undefined && uid !== uidOf(before)) return refuse('invalid', 422, 'metadata.uid is immutable');
      if (nameOf(next) !== nameOf(before) || namespaceOf(next) !== namespaceOf(before))
        return refuse('invalid', 422, 'metadata.name and metadata.namespace are immutable');
      const immutable = changedImmutable(resource, before, next);
      if (immutable !== undefined) return refuse('invalid', 422, `${immutable} is immutable`);
      const merged = mergeParts(resource, before, withDefaults(resource, next), part);
      if (isDeepStrictEqual(merged, before)) return { ok: true, value: before };
      const refused = part === 'main' ? refusesChange(cluster, resource, merged, before) : undefined;
      if (refused !== undefined) return refused;
      if (isLastFinalizerGone(merged)) return drop(resource, before);
      const stored = storage.put(resource, merged);
      changed('MODIFIED', resource, stored);
      return { ok: true, value: storage.get(resource, namespaceOf(stored), nameOf(stored)) ?? stored };
    },

    remove(resource, object, preconditions = {}) {
      if (preconditions.uid !== undefined && preconditions.uid !== uidOf(object))
        return refuse('conflict', 409, 'uid precondition failed');
      const revision = textAt(object, 'metadata', 'resourceVersion');
      if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== revision)
        return refuse('conflict', 409, 'resourceVersion precondition failed');
      if (preconditions.propagation === 'Orphan') orphan(object);
      if (array(object.metadata?.finalizers).length > 0) {
        if (textAt(object, 'metadata', 'deletionTimestamp') !== undefined) return { ok: true, value: object };
        const marked = storage.put(resource, {
          ...object,
          metadata: { ...object.metadata, deletionTimestamp: timestamp(now()), deletionGracePeriodSeconds: 0 },
        });
        changed('MODIFIED', resource, marked);
        return { ok: true, value: marked };
      }
      return drop(resource, object);
    },

    restore(objects) {
      const refused: string[] = [];
      const fresh: { resource: ApiResource; object: ApiObject }[] = [];
      for (const object of objects) {
        const found = resourceOf(object);
        const name = textAt(object, 'metadata', 'name');
        if (found === undefined || name === undefined) {
          refused.push('an object without apiVersion, kind or metadata.name');
          continue;
        }
        const key = `${found.resource.group}/${found.resource.plural}`;
        if (!served.has(key)) served.set(key, found.resource);
        const resource = served.get(key) ?? found.resource;
        // Manifests are restored too, and they may hold what only a request may.
        const kept = object.stringData === undefined ? object : secretDefaults(object);
        const stored = storage.put(resource, complete(resource, kept, ids, now()));
        if (resource.kind === 'CustomResourceDefinition') announce(stored);
        if (resource === namespaces) knowsNamespaces = true;
        fresh.push({ resource, object: stored });
      }
      adoptByName(storage, fresh, (ref) => served.get(`${ref.group}/${ref.plural}`));
      return refused;
    },

    wake() {
      for (const { resource, object } of [...storage.everything()])
        queue.push({ revision: storage.revision, type: 'ADDED', resource, object });
      settle();
    },
  };

  function drop(resource: ApiResource, object: ApiObject): ApiResult<ApiObject> {
    storage.remove(resource, object);
    changed('DELETED', resource, object);
    return { ok: true, value: object };
  }
  function orphan(owner: ApiObject): void {
    for (const { resource, object } of storage.dependentsOf(uidOf(owner))) {
      const owners = array(object.metadata?.ownerReferences).filter((entry) => textAt(entry, 'uid') !== uidOf(owner));
      storage.put(resource, { ...object, metadata: { ...object.metadata, ownerReferences: owners } });
    }
  }
  const reactions = controllers(cluster);
  return cluster;
}

/** Body → object with the resource's own apiVersion and kind, a name and the namespace of the path. */
function shape(
  resource: ApiResource,
  namespace: string | undefined,
  body: ApiObject,
  ids: TwinIds,
): ApiResult<ApiObject> {
  if (body.kind !== undefined && body.kind !== resource.kind)
    return refuse('invalid', 400, `kind ${text(body.kind)} does not match ${resource.plural}`);
  const metadata = record(body.metadata) ?? {};
  const prefix = textAt(metadata, 'generateName');
  const name = textAt(metadata, 'name') ?? (prefix === undefined ? undefined : `${prefix}${ids.suffix()}`);
  if (name === undefined) return refuse('invalid', 422, 'metadata.name or metadata.generateName is required');
  if (!/^[^\p{C}/%]{1,253}$/u.test(name)) return refuse('invalid', 422, 'metadata.name is not a valid name');
  const own = textAt(metadata, 'namespace');
  if (resource.namespaced && namespace === undefined) return refuse('invalid', 400, 'a namespace is required');
  if (own !== undefined && own !== namespace)
    return refuse('invalid', 400, 'the namespace of the object does not match the path');
  const { resourceVersion, uid: _uid, ...kept } = metadata;
  if (textAt({ resourceVersion }, 'resourceVersion') !== undefined)
    return refuse('invalid', 400, 'resourceVersion should not be set on objects to be created');
  return {
    ok: true,
    value: {
      ...body,
      apiVersion: text(body.apiVersion) ?? apiVersionOf(resource),
      kind: resource.kind,
      metadata: { ...kept, name, ...(resource.namespaced ? { namespace } : {}) },
    },
  };
}

/** Fills in what only a server gives, for objects that come without it. */
function complete(resource: ApiResource, object: ApiObject, ids: TwinIds, now: Date): ApiObject {
  // Manifests give namespaces even to kinds that have none; a server ignores it.
  const { namespace: _none, ...metadata } = record(object.metadata) ?? {};
  const namespace = textAt(object, 'metadata', 'namespace') ?? 'default';
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(resource.namespaced ? { namespace } : {}),
      uid: textAt(metadata, 'uid') ?? ids.uid(),
      creationTimestamp: textAt(metadata, 'creationTimestamp') ?? timestamp(now),
      ...(record(object.spec) === undefined ? {} : { generation: at(metadata, 'generation') ?? 1 }),
    },
  };
}

/** Owner references of manifests often lack the uid: take the uid of the owner that has this kind and name. */
function adoptByName(
  storage: Storage,
  fresh: readonly { resource: ApiResource; object: ApiObject }[],
  find: (ref: { group: string; plural: string }) => ApiResource | undefined,
): void {
  for (const { resource, object } of fresh) {
    const owners = array(object.metadata?.ownerReferences);
    if (owners.every((owner) => textAt(owner, 'uid') !== undefined)) continue;
    const named = owners.map((owner) => {
      const found = textAt(owner, 'uid') === undefined ? resourceOf(record(owner) ?? {}) : undefined;
      const ownerResource = found === undefined ? undefined : (find(found.resource) ?? found.resource);
      if (ownerResource === undefined) return owner;
      const home = ownerResource.namespaced ? namespaceOf(object) : undefined;
      const parent = storage.get(ownerResource, home, textAt(owner, 'name') ?? '');
      return parent === undefined ? owner : { ...record(owner), uid: uidOf(parent) };
    });
    storage.put(resource, { ...object, metadata: { ...object.metadata, ownerReferences: named } });
  }
}

function changedImmutable(resource: ApiResource, before: ApiObject, next: ApiObject): string | undefined {
  const fixed: readonly string[][] =
    resource.kind === 'RoleBinding' || resource.kind === 'ClusterRoleBinding'
      ? [['roleRef']]
      : resource.kind === 'Secret'
        ? [['type']]
        : resource.kind === 'Deployment' || resource.kind === 'ReplicaSet' || resource.kind === 'DaemonSet'
          ? [['spec', 'selector']]
          : resource.kind === 'Pod'
            ? [
                ['spec', 'nodeName'],
                ['spec', 'serviceAccountName'],
              ]
            : resource.kind === 'Job'
              ? [['spec', 'template']]
              : [];
  const changed = fixed.find((path) => {
    const old = at(before, ...path);
    return old !== undefined && !isDeepStrictEqual(old, at(next, ...path));
  });
  return changed?.join('.');
}

/** The stored object after a write to one part: status and the server's own metadata come from the right side. */
function mergeParts(resource: ApiResource, before: ApiObject, next: ApiObject, part: 'main' | 'status'): ApiObject {
  if (part === 'status') return { ...before, status: next.status };
  const { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp } = before.metadata ?? {};
  const metadata: Record<string, unknown> = { ...next.metadata, uid, creationTimestamp, resourceVersion };
  if (deletionTimestamp === undefined) delete metadata.deletionTimestamp;
  else metadata.deletionTimestamp = deletionTimestamp;
  const merged: Record<string, unknown> = { ...next, apiVersion: next.apiVersion ?? before.apiVersion, metadata };
  if (withStatus.has(resource.kind) && knownResource(resource.group, resource.kind) !== undefined) {
    if (before.status === undefined) delete merged.status;
    else merged.status = before.status;
  }
  if (generation !== undefined) {
    const same = isDeepStrictEqual(before.spec, merged.spec);
    metadata.generation = same ? generation : Number(generation) + 1;
  } else delete metadata.generation;
  return merged as ApiObject;
}

function isLastFinalizerGone(object: ApiObject): boolean {
  return (
    textAt(object, 'metadata', 'deletionTimestamp') !== undefined && array(object.metadata?.finalizers).length === 0
  );
}
