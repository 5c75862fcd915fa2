/** The real cluster of the integration run, through our own live API. */
import { readFile } from 'node:fs/promises';
import { stripServerOwned } from '../../../packages/platform/src/connectors/kubernetes/actions/objects/server-owned.ts';
import type {
  ApiObject,
  ApiResource,
  KubernetesApi,
  ResourceRef,
} from '../../../packages/platform/src/connectors/kubernetes/api.ts';
import { openLive } from '../../../packages/platform/src/connectors/kubernetes/live.ts';
import { pathOf, refOf } from '../../../packages/platform/src/connectors/kubernetes/resources.ts';
import { canonicalJson } from '../../../packages/platform/src/kernel/canonical-json.ts';

export const forever = new AbortController().signal;

export interface Cluster {
  readonly api: KubernetesApi;
  readonly kubeconfig: string;
  /** Creates them in their order; those that are there already stay as they are. Gives the paths of what it made. */
  create(objects: readonly ApiObject[]): Promise<readonly string[]>;
  /** Deletes it; what was in a namespace goes in its own time. */
  remove(object: ApiObject): Promise<void>;
  get(path: Place): Promise<ApiObject>;
  refOf(object: ApiObject): ResourceRef;
  close(): Promise<void>;
}

/** Kind, namespace and name. */
export type Place = readonly [kind: string, namespace: string | undefined, name: string];

/** A variable that `scenarios/peers.ts` sets. Without it the run is wrong, and nothing is skipped. */
export function peer(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run this by \`npm run test:integration\`.`);
  return value;
}

export async function openCluster(): Promise<Cluster> {
  const kubeconfig = peer('FIREBREAK_KUBECONFIG');
  const api = await openLive({ file: kubeconfig });
  const discovered = await api.discover(forever);
  if (!discovered.ok) throw new Error(`the cluster does not answer: ${discovered.reason}`);
  const { resources } = discovered.value;
  const find = (kind: string, group?: string): ApiResource => {
    const found = resources.find((each) => each.kind === kind && (group === undefined || each.group === group));
    if (found === undefined) throw new Error(`the cluster has no ${kind} ${group ?? ''}`);
    return found;
  };
  const refOfObject = (object: ApiObject): ResourceRef => {
    const [group] = object.apiVersion?.includes('/') ? object.apiVersion.split('/') : [''];
    const { namespace, name } = object.metadata ?? {};
    return refOf(find(object.kind ?? '', group), namespace as string | undefined, name as string);
  };
  return {
    api,
    kubeconfig,
    refOf: refOfObject,
    async create(objects) {
      const made: string[] = [];
      for (const object of objects) {
        const ref = refOfObject(object);
        const result = await api.create({ ...ref, name: undefined }, object, forever);
        if (result.ok) made.push(pathOf(ref));
        else if (result.failure !== 'conflict') throw new Error(`${pathOf(ref)}: ${result.reason}`);
      }
      return made;
    },
    async remove(object) {
      const result = await api.delete(refOfObject(object), {}, forever);
      if (!result.ok && result.failure !== 'not-found') throw new Error(result.reason);
    },
    async get([kind, namespace, name]) {
      const ref = refOf(find(kind), namespace, name);
      const result = await api.get(ref, forever);
      if (!result.ok) throw new Error(`${pathOf(ref)}: ${result.reason}`);
      return result.value;
    },
    close: () => api.close(),
  };
}

/** Looks until `good` says so; for what controllers do in their own time. Ends with the test's own patience. */
export async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * Kinds that change by themselves in any cluster, whoever does what. Each with its reason; nothing else is left out.
 */
const restless: ReadonlySet<string> = new Set([
  'coordination.k8s.io/leases', // heartbeats of nodes and of leader election
  '/events', // what controllers tell of their work; they expire
  'events.k8s.io/events', // the same objects under their newer name
  '/componentstatuses', // not stored: computed for each answer
]);

/** Every object of the cluster, or of one namespace, as canonical JSON by its path. */
export async function everything(api: KubernetesApi, namespace?: string): Promise<ReadonlyMap<string, string>> {
  const discovered = await api.discover(forever);
  if (!discovered.ok) throw new Error(discovered.reason);
  const found = new Map<string, string>();
  for (const resource of discovered.value.resources) {
    if (!resource.verbs.includes('list') || restless.has(`${resource.group}/${resource.plural}`)) continue;
    if (namespace !== undefined && !resource.namespaced) continue;
    for await (const page of api.list(refOf(resource, namespace), {}, forever)) {
      if (!page.ok) throw new Error(`${resource.group}/${resource.plural}: ${page.reason}`);
      for (const item of page.value.items) {
        const { namespace: home, name } = item.metadata ?? {};
        const path = pathOf(refOf(resource, home as string | undefined, name as string));
        const object = { kind: resource.kind, ...item };
        if (startedByTheClock(object)) continue;
        found.set(path, canonicalJson(withoutClockwork(object)));
      }
    }
  }
  return found;
}

/** A CronJob of the estate may come due while a test runs: the Job and the pod are then made by the time of day. */
function startedByTheClock({ kind, metadata }: ApiObject): boolean {
  const owners = (metadata?.ownerReferences ?? []) as readonly { readonly kind: string }[];
  return owners.some(
    (owner) => (kind === 'Job' && owner.kind === 'CronJob') || (kind === 'Pod' && owner.kind === 'Job'),
  );
}

/**
 * Without the fields that the clock moves: a kubelet reports its conditions every few minutes, changed or not, and a CronJob
 * notes when it last came due.
 */
function withoutClockwork(object: ApiObject): ApiObject {
  if (object.kind !== 'Node' && object.kind !== 'CronJob') return object;
  const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata ?? {};
  const { status, ...rest } = object;
  if (object.kind === 'CronJob') return { ...rest, metadata };
  const { conditions = [], ...more } = (status ?? {}) as { conditions?: readonly Record<string, unknown>[] };
  return {
    ...rest,
    metadata,
    status: { ...more, conditions: conditions.map(({ lastHeartbeatTime: ___, ...condition }) => condition) },
  };
}

/** Paths of what was added, removed or changed. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** Paths of what differs in more than what the server owns (`server-owned.ts` says what that is). */
export function realDifferences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return differences(asWritten(before), asWritten(after));
}

/** Objects as a client would write them. */
export function asWritten(objects: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...objects].map(([path, json]) => [path, canonicalJson(stripServerOwned(JSON.parse(json) as ApiObject))]),
  );
}

/** One line of the API server's own record. */
export interface Audited {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
}

/** The writes that the API server carried out in a namespace for this user, in its own words; reviews and tokens are no writes. */
export async function writesIn(namespace: string, user: string): Promise<readonly Audited[]> {
  const lines = (await readFile(peer('FIREBREAK_K8S_AUDIT_LOG'), 'utf8')).split('\n');
  return lines
    .filter((line) => line.includes(namespace))
    .map(audited)
    .filter(
      (each) =>
        each.user === user &&
        each.namespace === namespace &&
        ['create', 'update', 'patch', 'delete'].includes(each.verb) &&
        each.status < 300 &&
        each.resource !== 'serviceaccounts/token' &&
        !each.resource.endsWith('reviews'),
    );
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly requestObject?: { readonly metadata?: { readonly name?: string } };
  readonly responseStatus?: { readonly code: number };
}

function audited(line: string): Audited {
  const { verb, user, objectRef, requestObject, responseStatus } = JSON.parse(line) as AuditEvent;
  const { resource = '', subresource, namespace = '', name } = objectRef ?? {};
  return {
    user: user.username,
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    // A create names its object in the body only; secrets are logged without one.
    name: name ?? requestObject?.metadata?.name ?? '',
    status: responseStatus?.code ?? 0,
  };
}
