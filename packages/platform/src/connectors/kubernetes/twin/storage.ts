/**
 * The twin's etcd: objects by resource, one global revision counter, and a log of changes that watches read.
 *
 * What must stay true: a stored object is never changed in place (a reader may still hold it), every change has a revision
 * of its own, and the index of dependents by owner uid agrees with the objects.
 */

import { array, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';

export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ApiResource;
  readonly object: ApiObject;
}

export interface Stored {
  readonly resource: ApiResource;
  readonly object: ApiObject;
}

export interface Storage {
  get(resource: ApiResource, namespace: string | undefined, name: string): ApiObject | undefined;
  /** In the order of namespace and name, as etcd keeps keys. All namespaces when none is given. */
  list(resource: ApiResource, namespace?: string): readonly ApiObject[];
  /** Writes under a new revision and returns what is stored. The caller has checked everything. */
  put(resource: ApiResource, object: ApiObject): ApiObject;
  remove(resource: ApiResource, object: ApiObject): void;
  byUid(uid: string): Stored | undefined;
  dependentsOf(uid: string): readonly Stored[];
  everything(): Iterable<Stored>;
  /** Changes after a revision, or undefined when the log no longer reaches back that far. */
  changesAfter(revision: number): readonly Change[] | undefined;
  /** Resolves at the next change. */
  changed(): Promise<void>;
  readonly revision: number;
}

export const nameOf = (object: ApiObject): string => textAt(object, 'metadata', 'name') ?? '';
export const namespaceOf = (object: ApiObject): string | undefined => textAt(object, 'metadata', 'namespace');
export const uidOf = (object: ApiObject): string => textAt(object, 'metadata', 'uid') ?? '';
const ownerUids = (object: ApiObject): readonly string[] =>
  array(object.metadata?.ownerReferences).flatMap((owner) => textAt(owner, 'uid') ?? []);

const keptChanges = 50_000;
const resourceKey = (resource: ApiResource) => `${resource.group}/${resource.plural}`;
const objectKey = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;

export function makeStorage(): Storage {
  const tables = new Map<string, Map<string, Stored>>();
  const uids = new Map<string, Stored>();
  const dependents = new Map<string, Map<string, Stored>>();
  let changes: Change[] = [];
  let forgotten = 0;
  let revision = 0;
  let wake: PromiseWithResolvers<void> | undefined;

  function index(entry: Stored): void {
    uids.set(uidOf(entry.object), entry);
    for (const owner of ownerUids(entry.object)) {
      let ofOwner = dependents.get(owner);
      if (ofOwner === undefined) {
        ofOwner = new Map();
        dependents.set(owner, ofOwner);
      }
      ofOwner.set(uidOf(entry.object), entry);
    }
  }
  function unindex(entry: Stored): void {
    uids.delete(uidOf(entry.object));
    for (const owner of ownerUids(entry.object)) {
      const ofOwner = dependents.get(owner);
      ofOwner?.delete(uidOf(entry.object));
      if (ofOwner?.size === 0) dependents.delete(owner);
    }
  }
  function record(change: Change): void {
    changes.push(change);
    if (changes.length > keptChanges * 2) {
      forgotten = changes[keptChanges - 1]?.revision ?? forgotten;
      changes = changes.slice(keptChanges);
    }
    wake?.resolve();
    wake = undefined;
  }
  const withRevision = (object: ApiObject): ApiObject => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
  });

  return {
    get: (resource, namespace, name) => tables.get(resourceKey(resource))?.get(objectKey(namespace, name))?.object,
    list(resource, namespace) {
      const entries = tables.get(resourceKey(resource));
      if (entries === undefined) return [];
      const keys = [...entries.keys()]
        .filter((key) => namespace === undefined || key.startsWith(`${namespace}/`))
        .sort();
      return keys.map((key) => (entries.get(key) as Stored).object);
    },
    put(resource, object) {
      let entries = tables.get(resourceKey(resource));
      if (entries === undefined) {
        entries = new Map();
        tables.set(resourceKey(resource), entries);
      }
      revision += 1;
      const stored = withRevision(object);
      const key = objectKey(namespaceOf(stored), nameOf(stored));
      const before = entries.get(key);
      if (before !== undefined) unindex(before);
      const entry = { resource, object: stored };
      entries.set(key, entry);
      index(entry);
      record({ revision, type: before === undefined ? 'ADDED' : 'MODIFIED', resource, object: stored });
      return stored;
    },
    remove(resource, object) {
      const entries = tables.get(resourceKey(resource));
      const key = objectKey(namespaceOf(object), nameOf(object));
      const before = entries?.get(key);
      if (entries === undefined || before === undefined) return;
      entries.delete(key);
      unindex(before);
      revision += 1;
      record({ revision, type: 'DELETED', resource, object: withRevision(before.object) });
    },
    byUid: (uid) => uids.get(uid),
    dependentsOf: (uid) => [...(dependents.get(uid)?.values() ?? [])],
    *everything() {
      for (const key of [...tables.keys()].sort()) yield* tables.get(key)?.values() ?? [];
    },
    changesAfter(after) {
      if (after < forgotten) return undefined;
      // The log is ordered by revision: search from the end, where watches usually are.
      let first = changes.length;
      while (first > 0 && (changes[first - 1]?.revision ?? 0) > after) first -= 1;
      return changes.slice(first);
    },
    changed() {
      wake ??= Promise.withResolvers();
      return wake.promise;
    },
    get revision() {
      return revision;
    },
  };
}
