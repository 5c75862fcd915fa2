/** The subresources that the twin serves: scale, status, approval, ephemeralcontainers, token, eviction. */

import { at, record } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource, ApiResult, ResourceRef } from '../api.ts';
import { type Cluster, refuse } from './cluster.ts';
import { nameOf, namespaceOf } from './storage.ts';
import type { Tokens } from './tokens.ts';

const scalable = new Set(['deployments', 'statefulsets', 'replicasets', 'replicationcontrollers']);
/** Subresources that show and write (a part of) the object itself. */
const views = new Set(['status', 'approval', 'ephemeralcontainers']);

/** What a GET of the subresource shows. */
export function readSubresource(ref: ResourceRef, resource: ApiResource, object: ApiObject): ApiResult<ApiObject> {
  if (ref.subresource === 'scale' && scalable.has(resource.plural)) return { ok: true, value: scaleOf(object) };
  if (ref.subresource !== undefined && views.has(ref.subresource)) return { ok: true, value: object };
  return notServed(ref);
}

/** Writes what a PUT or PATCH of the subresource made of what GET shows. */
export function writeSubresource(
  cluster: Cluster,
  ref: ResourceRef,
  resource: ApiResource,
  before: ApiObject,
  next: ApiObject,
): ApiResult<ApiObject> {
  if (ref.subresource === 'scale' && scalable.has(resource.plural)) {
    const replicas = at(next, 'spec', 'replicas') ?? 0;
    if (!Number.isInteger(replicas) || Number(replicas) < 0)
      return refuse('invalid', 422, 'spec.replicas must be a non-negative integer');
    const { resourceVersion, uid } = next.metadata ?? {};
    const metadata = { ...before.metadata, resourceVersion, uid };
    const written = cluster.update(resource, before, {
      ...before,
      metadata,
      spec: { ...record(before.spec), replicas },
    });
    return written.ok ? { ok: true, value: scaleOf(written.value) } : written;
  }
  if (ref.subresource === 'status' || ref.subresource === 'approval')
    return cluster.update(resource, before, next, 'status');
  if (ref.subresource === 'ephemeralcontainers' && resource.plural === 'pods') {
    const ephemeralContainers = at(next, 'spec', 'ephemeralContainers');
    return cluster.update(resource, before, { ...before, spec: { ...record(before.spec), ephemeralContainers } });
  }
  return notServed(ref);
}

/** What a POST to the subresource does. */
export function callSubresource(
  cluster: Cluster,
  tokens: Tokens,
  ref: ResourceRef,
  resource: ApiResource,
  object: ApiObject,
  body: ApiObject,
): ApiResult<ApiObject> {
  if (ref.subresource === 'token' && resource.plural === 'serviceaccounts') return tokens.request(object, body);
  if (ref.subresource === 'eviction' && resource.plural === 'pods') {
    const removed = cluster.remove(resource, object, record(at(body, 'deleteOptions', 'preconditions')) ?? {});
    return removed.ok ? { ok: true, value: { kind: 'Status', apiVersion: 'v1', status: 'Success' } } : removed;
  }
  return notServed(ref);
}

function notServed(ref: ResourceRef): ApiResult<never> {
  return refuse('not-found', 404, `the twin does not serve ${ref.plural}/${ref.subresource}`);
}

function scaleOf(object: ApiObject): ApiObject {
  const { uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: nameOf(object), namespace: namespaceOf(object), uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, 'spec', 'replicas') ?? 1 },
    status: { replicas: at(object, 'status', 'replicas') ?? 0 },
  };
}
