/**
 * The one way in which collectors and actions speak to a cluster: generic verbs on resources, as the API server has them.
 * `live.ts` sends them, `twin.ts` answers them from memory. Nothing here knows a kind by name.
 *
 * Failures: expected ones (not found, conflict, forbidden, …) come back as `ApiResult` data. An implementation throws only
 * `FirebreakError` for a broken configuration, or on abort.
 */

/** `group` is '' for the core group; `plural` as in the path; `subresource` without slash. */
export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Any API object, as JSON. Foreign data. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export type ApiFailure =
  | 'not-found'
  | 'conflict' // precondition failed, or already exists
  | 'forbidden'
  | 'unauthorized'
  | 'invalid' // 400, 422
  | 'throttled' // 429 after our own retries
  | 'server-error'
  | 'timeout'
  | 'unreachable'
  | 'bad-response';

export type ApiResult<T> =
  | { readonly ok: true; readonly value: T }
  /**
   * `sent`: whether the request may have reached the server. A failed write with `sent: true` and failure timeout,
   * unreachable or bad-response has an unknown outcome.
   */
  | {
      readonly ok: false;
      readonly failure: ApiFailure;
      readonly status?: number;
      readonly reason: string;
      readonly sent: boolean;
    };

/** One kind that the server serves. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What the server serves: one entry per group and plural, at the server's preferred version. */
export interface Discovery {
  readonly resources: readonly ApiResource[];
  /** Groups that were announced and could not be read, such as an aggregated API whose backend is down. */
  readonly unreadable: readonly string[];
}

export interface ListOptions {
  /** `metadata`: PartialObjectMetadata only. `table`: server-side table with metadata and columns (secret types without values). */
  readonly form?: 'full' | 'metadata' | 'table';
  readonly labelSelector?: string;
  /** Objects a page; pages are fetched with the continue token. Default 500. */
  readonly pageSize?: number;
}

export interface ListPage {
  readonly items: readonly ApiObject[];
  readonly resourceVersion: string;
  /** Of a table: the names of its columns, and for each item its cells. */
  readonly columns?: readonly string[];
  readonly cells?: readonly (readonly unknown[])[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject;
}

export interface WriteOptions {
  /** Everything happens as it would, admission included, and nothing is stored (`dryRun=All`). For probes. */
  readonly dryRun?: boolean;
}

export interface KubernetesApi {
  /** For people and for provenance: server address, or `twin`. Never a credential. */
  readonly address: string;
  /** The namespace that the credential is at home in, when it says so. */
  readonly namespace?: string | undefined;
  discover(signal: AbortSignal): Promise<ApiResult<Discovery>>;
  /** Pages of objects. The generator ends after the first failed page, which it yields as a failure. */
  list(ref: ResourceRef, options: ListOptions, signal: AbortSignal): AsyncIterable<ApiResult<ListPage>>;
  /** With `metadata` the events carry PartialObjectMetadata: for secrets, whose values a plain watch would send. */
  watch(
    ref: ResourceRef,
    resourceVersion: string,
    signal: AbortSignal,
    form?: 'full' | 'metadata',
  ): AsyncIterable<ApiResult<WatchEvent>>;
  get(ref: ResourceRef, signal: AbortSignal): Promise<ApiResult<ApiObject>>;
  /** POST: create an object, or call a creating subresource (token, review, eviction, binding). */
  create(ref: ResourceRef, body: ApiObject, signal: AbortSignal, options?: WriteOptions): Promise<ApiResult<ApiObject>>;
  /** JSON merge patch (RFC 7386) or JSON patch (RFC 6902) with `test` operations; put `metadata.resourceVersion` in for a precondition. */
  patch(
    ref: ResourceRef,
    type: 'merge' | 'json',
    body: unknown,
    signal: AbortSignal,
    options?: WriteOptions,
  ): Promise<ApiResult<ApiObject>>;
  replace(ref: ResourceRef, body: ApiObject, signal: AbortSignal): Promise<ApiResult<ApiObject>>;
  delete(
    ref: ResourceRef,
    options: {
      uid?: string;
      resourceVersion?: string;
      gracePeriodSeconds?: number;
      propagation?: 'Orphan' | 'Background' | 'Foreground';
    },
    signal: AbortSignal,
  ): Promise<ApiResult<ApiObject>>;
  /** The same server with another bearer token and nothing else of our credential: for probes. */
  withToken(token: string): KubernetesApi;
  /** The same server and credential, as somebody else: for probes. The server refuses it without the right to impersonate. */
  impersonating(user: string, group?: string): KubernetesApi;
  close(): Promise<void>;
}
