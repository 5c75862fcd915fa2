/**
 * The cluster's twin in memory: an API server, its controllers and its delivery systems, as far as Firebreak can tell the
 * difference. `npm start` contains it, scenario tests use it, and a plan is proved on it before it touches anything real.
 *
 * What must stay true: an action that works here works on a real server and the other way round. The same conformance
 * suite and the same action tests run on both, so a difference that matters shows up there.
 *
 * What it does not do, on purpose: API priority and fairness, schema validation of bodies, escalation checks on RBAC writes
 * (its own calls are the administrator's), server-side apply, managed fields, a schedule for CronJobs, and anything that
 * happens inside a container.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { AnyFact } from '@firebreak/contract';
import { array, record, stringMap, text, textAt } from '../../intake/foreign.ts';
import type {
  ApiObject,
  ApiResource,
  ApiResult,
  KubernetesApi,
  ListOptions,
  ListPage,
  ResourceRef,
  WatchEvent,
} from './api.ts';
import { normalise } from './normalise.ts';
import { knownResource, pathOf } from './resources.ts';
import { type Cluster, refuse, type TwinIds } from './twin/cluster.ts';
import { controllersOf } from './twin/controllers.ts';
import { makeDelivery } from './twin/delivery.ts';
import { parseLabelSelector } from './twin/label-selector.ts';
import { jsonPatch, mergePatch } from './twin/patch.ts';
import { writeDenied } from './twin/policies.ts';
import { makeCluster } from './twin/registry.ts';
import { type Allowed, isSelfReview, review, type Wish } from './twin/reviews.ts';
import { callSubresource, readSubresource, writeSubresource } from './twin/subresources.ts';
import { makeTokens, type Principal, type Tokens } from './twin/tokens.ts';

/** What an authoriser is asked. `rbac` is the same array until a role, binding or account changes: memoise on it. */
export interface AuthorizationRequest {
  readonly user: string;
  readonly groups: readonly string[];
  readonly wish: Wish;
  /** The roles, bindings and service accounts of this moment, as facts. */
  readonly rbac: readonly AnyFact[];
}

export interface TwinOptions {
  /** Decides every call made with a token, and every access review. The twin knows no RBAC itself. */
  readonly authorize: (request: AuthorizationRequest) => boolean;
  readonly now?: () => Date;
  readonly ids?: TwinIds;
  /** Rounds of `tick` after which drift of a managed object is corrected. Default 1. */
  readonly healAfter?: number;
}

export interface Twin extends KubernetesApi {
  /**
   * Stores objects as they are, like a restored backup; missing uids, revisions and times are filled in. With `start` the
   * controllers then look at everything: workloads get their missing pods, namespaces their default account. Returns what
   * could not be stored.
   */
  load(objects: Iterable<ApiObject>, options?: { readonly start?: boolean }): readonly string[];
  /** One round of the delivery systems; returns what they put back. */
  tick(): readonly string[];
  /** Every object, in the order of resource, namespace and name. */
  objects(): Iterable<ApiObject>;
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const randomIds: TwinIds = {
  uid: () => randomUUID(),
  suffix: () => Array.from(randomBytes(5), (byte) => suffixAlphabet[byte % suffixAlphabet.length]).join(''),
  token: () => randomBytes(32).toString('base64url'),
};

/** Ids that are the same in every run: for tests and replays. Tokens made with them are guessable. */
export function countedIds(): TwinIds {
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  return {
    uid: () => `00000000-0000-4000-8000-${String(next()).padStart(12, '0')}`,
    suffix: () => next().toString(36).padStart(5, '0'),
    token: () => `counted-${next()}`,
  };
}

export function makeTwin(options: TwinOptions): Twin {
  let tokens: Tokens | undefined;
  const cluster = makeCluster(options.ids ?? randomIds, options.now ?? (() => new Date()), (made) => {
    tokens = makeTokens(made);
    return controllersOf(made, tokens);
  });
  const world: World = {
    cluster,
    tokens: tokens ?? makeTokens(cluster),
    allowed: authorizer(cluster, options.authorize),
  };
  const delivery = makeDelivery(cluster, options.healAfter ?? 1);
  return {
    ...apiOf(world, { kind: 'administrator' }),
    load(objects, { start = false } = {}) {
      const refused = cluster.restore(objects);
      if (start) cluster.wake();
      delivery.remember();
      return refused;
    },
    tick: () => delivery.tick(),
    *objects() {
      for (const { object } of cluster.storage.everything()) yield object;
    },
  };
}

interface World {
  readonly cluster: Cluster;
  readonly tokens: Tokens;
  readonly allowed: Allowed;
}
type Caller =
  | { readonly kind: 'administrator' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'impersonated'; readonly principal: Principal };

const administrator = { user: 'twin-admin', groups: ['system:masters'] };
const rbacKinds = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'] as const;

/** Puts the facts of the moment beside each question, and keeps them while nothing that they rest on changes. */
function authorizer(cluster: Cluster, authorize: TwinOptions['authorize']): Allowed {
  const resources = [
    ...rbacKinds.flatMap((kind) => knownResource('rbac.authorization.k8s.io', kind) ?? []),
    knownResource('', 'ServiceAccount') as ApiResource,
  ];
  const watched = new Set(resources);
  let rbac: readonly AnyFact[] | undefined;
  let seen = 0;
  return (user, groups, wish) => {
    const changes = cluster.storage.changesAfter(seen);
    if (changes === undefined || changes.some((change) => watched.has(change.resource))) rbac = undefined;
    seen = cluster.storage.revision;
    rbac ??= resources.flatMap((resource) =>
      cluster.storage.list(resource).flatMap((object) => normalise(object, { locator: 'twin' }).facts),
    );
    return authorize({ user, groups, wish, rbac });
  };
}

function apiOf(world: World, caller: Caller): KubernetesApi {
  const { cluster, tokens } = world;

  /** Undefined for the administrator, and for a token that is no good. */
  function authenticated(): Principal | undefined {
    if (caller.kind === 'impersonated') return caller.principal;
    return caller.kind === 'bearer' ? tokens.authenticate(caller.token) : undefined;
  }
  /** Admission by who asks; what is asked for is looked at where it is stored. */
  function denied(operation: 'CREATE' | 'UPDATE' | 'DELETE', ref: ResourceRef): ApiResult<never> | undefined {
    const { user, groups } = authenticated() ?? administrator;
    const resource = ref.subresource === undefined ? ref.plural : `${ref.plural}/${ref.subresource}`;
    const because = writeDenied(cluster, { user, groups, group: ref.group, resource, namespace: ref.namespace });
    if (because === undefined) return undefined;
    return refuse('forbidden', 403, `${resource} is forbidden: ${because} (${operation})`);
  }
  /** Authenticates and authorises; undefined when the call may go on. */
  function barred(verb: string, ref: ResourceRef, name = ref.name): ApiResult<never> | undefined {
    if (caller.kind === 'administrator') return undefined;
    const principal = authenticated();
    if (principal === undefined) return refuse('unauthorized', 401, 'Unauthorized');
    if (isSelfReview(ref)) return undefined;
    const resource = ref.subresource === undefined ? ref.plural : `${ref.plural}/${ref.subresource}`;
    const wish = { verb, group: ref.group, resource, namespace: ref.namespace, name };
    if (world.allowed(principal.user, principal.groups, wish)) return undefined;
    return refuse('forbidden', 403, `${resource} is forbidden: User "${principal.user}" cannot ${verb} it`);
  }
  function resourceFor(ref: ResourceRef): ApiResult<ApiResource> {
    const resource = cluster.find(ref);
    if (resource === undefined)
      return refuse('not-found', 404, `the server could not find the requested resource ${pathOf(ref)}`);
    return { ok: true, value: resource };
  }
  function existing(ref: ResourceRef): ApiResult<{ resource: ApiResource; object: ApiObject }> {
    const found = resourceFor(ref);
    if (!found.ok) return found;
    const object = cluster.storage.get(found.value, ref.namespace, ref.name ?? '');
    if (object === undefined) return refuse('not-found', 404, `${ref.plural} "${ref.name}" not found`);
    return { ok: true, value: { resource: found.value, object } };
  }
  /** The common end of PATCH and PUT: `change` makes the new form from what GET shows. */
  function write(
    verb: string,
    ref: ResourceRef,
    change: (shown: ApiObject) => ApiResult<ApiObject>,
    dryRun = false,
  ): ApiResult<ApiObject> {
    const no = barred(verb, ref);
    if (no !== undefined) return no;
    const found = existing(ref);
    if (!found.ok) return found;
    const { resource, object } = found.value;
    const shown = ref.subresource === undefined ? found : readSubresource(ref, resource, object);
    if (!shown.ok) return shown;
    const next = change(ref.subresource === undefined ? object : (shown.value as ApiObject));
    if (!next.ok) return next;
    const refused = denied('UPDATE', ref);
    if (refused !== undefined) return refused;
    if (dryRun) return next;
    return ref.subresource === undefined
      ? cluster.update(resource, object, next.value)
      : writeSubresource(cluster, ref, resource, object, next.value);
  }

  return {
    address: 'twin',

    async discover(signal) {
      signal.throwIfAborted();
      if (caller.kind === 'bearer' && authenticated() === undefined) return refuse('unauthorized', 401, 'Unauthorized');
      return { ok: true, value: { resources: cluster.resources(), unreadable: [] } };
    },

    async *list(ref, listOptions, signal) {
      const no = barred('list', ref);
      const found = resourceFor(ref);
      const test = listOptions.labelSelector === undefined ? undefined : parseLabelSelector(listOptions.labelSelector);
      if (no !== undefined) yield no;
      else if (!found.ok) yield found;
      else if (listOptions.labelSelector !== undefined && test === undefined)
        yield refuse('invalid', 400, 'unable to parse the label selector');
      else {
        const resourceVersion = String(cluster.storage.revision);
        const all = cluster.storage
          .list(found.value, ref.namespace)
          .filter((object) => test === undefined || test(stringMap(object.metadata?.labels)));
        const pageSize = Math.max(1, listOptions.pageSize ?? 500);
        for (let start = 0; start === 0 || start < all.length; start += pageSize) {
          signal.throwIfAborted();
          yield { ok: true, value: page(all.slice(start, start + pageSize), listOptions.form, resourceVersion) };
        }
      }
    },

    async *watch(ref, resourceVersion, signal, form = 'full') {
      const found = resourceFor(ref);
      const no = barred('watch', ref);
      if (no !== undefined || !found.ok) {
        yield no ?? (found as ApiResult<never>);
        return;
      }
      let seen = Number(resourceVersion);
      while (!signal.aborted) {
        // An account that is deleted while it watches loses the watch at the next event, as tokens are checked per request
        // and connections are cut by the server's own timeout only.
        const changes = cluster.storage.changesAfter(seen);
        if (changes === undefined) {
          yield { ok: true, value: { type: 'ERROR', object: expired } };
          return;
        }
        for (const change of changes) {
          seen = change.revision;
          if (change.resource !== found.value) continue;
          if (ref.namespace !== undefined && textAt(change.object, 'metadata', 'namespace') !== ref.namespace) continue;
          const object = form === 'metadata' ? partial(change.object) : change.object;
          yield { ok: true, value: { type: change.type, object } satisfies WatchEvent };
        }
        if (cluster.storage.revision === seen || changes.length === 0) await next(cluster, signal);
      }
    },

    async get(ref, signal) {
      signal.throwIfAborted();
      const no = barred('get', ref);
      if (no !== undefined) return no;
      const found = existing(ref);
      if (!found.ok) return found;
      const { resource, object } = found.value;
      return ref.subresource === undefined ? { ok: true, value: object } : readSubresource(ref, resource, object);
    },

    async create(ref, body, signal, { dryRun = false } = {}) {
      signal.throwIfAborted();
      const no = barred('create', ref, ref.subresource === undefined ? undefined : ref.name);
      if (no !== undefined) return no;
      const answered = review(ref, body, authenticated(), tokens, world.allowed);
      if (answered !== undefined) return answered;
      const refused = denied('CREATE', ref);
      if (refused !== undefined) return refused;
      if (ref.subresource === undefined) {
        const found = resourceFor(ref);
        return found.ok ? cluster.create(found.value, ref.namespace, body, dryRun) : found;
      }
      const found = existing(ref);
      if (!found.ok || dryRun) return found.ok ? { ok: true, value: body } : found;
      return callSubresource(cluster, tokens, ref, found.value.resource, found.value.object, body);
    },

    async patch(ref, type, body, signal, { dryRun = false } = {}) {
      signal.throwIfAborted();
      const change = (shown: ApiObject): ApiResult<ApiObject> => {
        if (type === 'merge') return { ok: true, value: mergePatch(shown, body) as ApiObject };
        const patched = jsonPatch(shown, body);
        return patched.ok ? { ok: true, value: patched.value as ApiObject } : refuse('invalid', 422, patched.reason);
      };
      return write('patch', ref, change, dryRun);
    },

    async replace(ref, body, signal) {
      signal.throwIfAborted();
      return write('update', ref, (shown) => {
        // For a PUT the uid is a precondition; a PATCH that changes it is invalid.
        const uid = textAt(body, 'metadata', 'uid');
        if (uid !== undefined && uid !== textAt(shown, 'metadata', 'uid'))
          return refuse('conflict', 409, 'uid precondition failed');
        const { name, namespace } = record(shown.metadata) ?? {};
        return { ok: true, value: { ...body, metadata: { name, namespace, ...record(body.metadata) } } };
      });
    },

    async delete(ref, deleteOptions, signal) {
      signal.throwIfAborted();
      const no = barred('delete', ref);
      if (no !== undefined) return no;
      const found = existing(ref);
      if (!found.ok) return found;
      const refused = denied('DELETE', ref);
      if (refused !== undefined) return refused;
      return cluster.remove(found.value.resource, found.value.object, deleteOptions);
    },

    withToken: (token) => apiOf(world, { kind: 'bearer', token }),
    impersonating: (user, group) =>
      apiOf(world, {
        kind: 'impersonated',
        principal: { user, uid: '', groups: [...(group === undefined ? [] : [group]), 'system:authenticated'] },
      }),
    close: async () => {},
  };
}

const expired: ApiObject = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version',
};

/** Resolves at the next change or when the signal ends the wait. */
async function next(cluster: Cluster, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  signal.addEventListener('abort', end, { once: true });
  await Promise.race([cluster.storage.changed(), ended.promise]);
  signal.removeEventListener('abort', end);
}

function partial(object: ApiObject): ApiObject {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata ?? {} };
}

function page(objects: readonly ApiObject[], form: ListOptions['form'], resourceVersion: string): ListPage {
  if (form !== 'table' && form !== 'metadata') return { items: objects, resourceVersion };
  const items = objects.map(partial);
  if (form === 'metadata') return { items, resourceVersion };
  const cells = objects.map((object) => [
    textAt(object, 'metadata', 'name') ?? '',
    text(object.type) ?? '',
    Object.keys(record(object.data) ?? {}).length || array(object.data).length,
    textAt(object, 'metadata', 'creationTimestamp') ?? '',
  ]);
  return { items, resourceVersion, columns: ['Name', 'Type', 'Data', 'Age'], cells };
}
