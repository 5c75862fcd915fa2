/**
 * Operators in miniature: what a custom resource owns goes while its owner has stopped it, and comes back when it goes on. How an
 * operator makes its pods is its own affair; here it makes again what it had.
 */
import { at, record } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';
import { isAtRest, restOf } from '../kinds/resting.ts';
import { apiVersionOf } from '../resources.ts';
import type { Cluster, Reaction } from './cluster.ts';
import { namespaceOf, uidOf } from './storage.ts';

interface Kept {
  readonly resource: ApiResource;
  readonly object: ApiObject;
}

export function operators(cluster: Cluster): Reaction {
  const resting = new Map<string, readonly Kept[]>();
  return ({ type, resource, object }) => {
    const rest = restOf(apiVersionOf(resource), resource.kind);
    if (rest === undefined) return;
    const uid = uidOf(object);
    if (type === 'DELETED') {
      resting.delete(uid);
      return;
    }
    if (isAtRest(rest, object)) {
      const owned = cluster.storage
        .dependentsOf(uid)
        .map(({ resource: of, object: each }) => ({ resource: of, object: each }));
      if (owned.length > 0) resting.set(uid, owned);
      for (const each of owned) cluster.remove(each.resource, each.object);
      return;
    }
    const owned = resting.get(uid) ?? [];
    resting.delete(uid);
    for (const each of owned) cluster.create(each.resource, namespaceOf(each.object), anew(each));
  };
}

/** As it was made: without what the server and the controllers wrote into it. */
function anew({ resource, object }: Kept): ApiObject {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _time,
    generation: _generation,
    ...metadata
  } = record(object.metadata) ?? {};
  const { status: _status, ...rest } = object;
  const { nodeName: _node, ...spec } = record(at(object, 'spec')) ?? {};
  return { ...rest, metadata, ...(resource.kind === 'Pod' ? { spec } : {}) };
}
