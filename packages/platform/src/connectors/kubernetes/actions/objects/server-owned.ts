/**
 * Which fields belong to the server. "Restored" means: equal to the before-state except for these, and a recreated object
 * is sent without them. The list decides what Firebreak calls exact, so it is short, and every entry has its source:
 *
 * - for every kind: the system-set metadata and the whole `status`
 *   (API conventions, "Metadata" and "Spec and Status": sig-architecture/api-conventions.md);
 * - for single kinds: annotations, labels and taints that a control-plane component writes and rewrites by itself
 *   (kubernetes.io/docs/reference/labels-annotations-taints, "used on" and "set by").
 *
 * Everything else counts. Null and absent are equal, as the API server never stores null; an empty list or map and an
 * absent one are not (`ingress: []` denies, an absent list may not), except in metadata, where the server drops them.
 */
import { isDeepStrictEqual } from 'node:util';
import { at, type Foreign, record, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

const systemMetadata: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

/** What components write into objects of single kinds. */
interface KindOwned {
  readonly annotations?: readonly string[];
  readonly labels?: readonly string[];
  /** Top-level fields. */
  readonly fields?: (object: ApiObject) => readonly string[];
  /** Taints by key. */
  readonly taints?: readonly string[];
}

const ownedByKind: Readonly<Record<string, KindOwned>> = {
  // deployment controller
  Deployment: { annotations: ['deployment.kubernetes.io/revision'] },
  ReplicaSet: {
    annotations: [
      'deployment.kubernetes.io/revision',
      'deployment.kubernetes.io/desired-replicas',
      'deployment.kubernetes.io/max-replicas',
    ],
  },
  // The API server itself, at every change of the template (pkg/registry/apps/daemonset/strategy.go).
  DaemonSet: { annotations: ['deprecated.daemonset.template.generation'] },
  // node lifecycle controller, from spec.unschedulable
  Node: { taints: ['node.kubernetes.io/unschedulable'] },
  // token controller: the token itself and whose it is; legacy token cleaner: when it was used
  Secret: {
    annotations: ['kubernetes.io/service-account.uid'],
    labels: ['kubernetes.io/legacy-token-last-used', 'kubernetes.io/legacy-token-invalid-since'],
    fields: (secret) => (textAt(secret, 'type') === 'kubernetes.io/service-account-token' ? ['data'] : []),
  },
};

/** The object as a client would write it: without what the server owns, without nulls. */
export function stripServerOwned(object: ApiObject): ApiObject {
  const owned = ownedByKind[object.kind ?? ''] ?? {};
  const dropped = new Set(['status', ...(owned.fields?.(object) ?? [])]);
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(object)) {
    if (!dropped.has(field) && field !== 'metadata') kept[field] = withoutNulls(value);
  }
  const metadata = record(object.metadata);
  if (metadata !== undefined) kept.metadata = clientMetadata(metadata, owned);
  const taints = at(kept, 'spec', 'taints');
  if (owned.taints !== undefined && Array.isArray(taints)) {
    const left = taints.filter((taint) => !owned.taints?.includes(textAt(taint, 'key') ?? ''));
    const { taints: _, ...spec } = record(kept.spec) ?? {};
    kept.spec = left.length === 0 ? spec : { ...spec, taints: left };
  }
  return kept;
}

/** Whether two objects say the same, the server's own fields aside. */
export function sameButServerOwned(a: ApiObject, b: ApiObject): boolean {
  return isDeepStrictEqual(stripServerOwned(a), stripServerOwned(b));
}

function clientMetadata(metadata: Foreign, owned: KindOwned): Foreign {
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(metadata)) {
    if (systemMetadata.has(field)) continue;
    let written = withoutNulls(value);
    if (field === 'annotations') written = withoutKeys(written, owned.annotations);
    if (field === 'labels') written = withoutKeys(written, owned.labels);
    if (!isEmpty(written)) kept[field] = written;
  }
  return kept;
}

function withoutKeys(map: unknown, keys: readonly string[] | undefined): unknown {
  const entries = record(map);
  if (keys === undefined || entries === undefined) return map;
  return Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.includes(key)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  const map = record(value);
  return value === undefined || value === null || (map !== undefined && Object.keys(map).length === 0);
}

/** A deep copy without null and undefined members. Nulls inside lists stay: there a place counts. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  const map = record(value);
  if (map === undefined) return value;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(map)) {
    if (inner !== null && inner !== undefined) kept.push([key, withoutNulls(inner)]);
  }
  // Not by assignment: a key such as __proto__ is foreign data like any other.
  return Object.fromEntries(kept);
}
