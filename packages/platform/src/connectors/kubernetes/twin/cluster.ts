/**
 * What the twin's parts share: the cluster as seen by controllers, tokens and the API in front of it.
 */
import type { ApiFailure, ApiObject, ApiResource, ApiResult, ResourceRef } from '../api.ts';
import type { Change, Storage } from './storage.ts';

/** Where the twin's random-looking texts come from; a test passes counters. */
export interface TwinIds {
  uid(): string;
  /** Five characters of a generated name, `[a-z0-9]`. */
  suffix(): string;
  /** The opaque part of a bearer token. */
  token(): string;
}

interface DeletePreconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Orphan' | 'Background' | 'Foreground';
}

export type Reaction = (change: Change) => void;

export interface Cluster {
  readonly storage: Storage;
  readonly ids: TwinIds;
  readonly now: () => Date;
  find(ref: Pick<ResourceRef, 'group' | 'plural'>): ApiResource | undefined;
  resources(): readonly ApiResource[];
  /** Whether a Namespace was ever stored: then an object's namespace and a pod's service account must exist. */
  strict(): boolean;
  /** `dryRun`: everything but storing it. */
  create(resource: ApiResource, namespace: string | undefined, body: ApiObject, dryRun?: boolean): ApiResult<ApiObject>;
  /** `part` is the subresource written: fields outside it are kept as they were. */
  update(resource: ApiResource, before: ApiObject, next: ApiObject, part?: 'main' | 'status'): ApiResult<ApiObject>;
  remove(resource: ApiResource, object: ApiObject, preconditions?: DeletePreconditions): ApiResult<ApiObject>;
  /** Stores objects as they are, as a restored etcd would: no admission, no controllers. Returns what was refused. */
  restore(objects: Iterable<ApiObject>): readonly string[];
  /** Lets the controllers look at everything, as after a restart of the controller manager. */
  wake(): void;
}

/** A refusal that the server itself gave: the request arrived. */
export function refuse(failure: ApiFailure, status: number, reason: string): ApiResult<never> {
  return { ok: false, failure, status, reason, sent: true };
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
