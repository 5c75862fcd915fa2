/**
 * A cluster → facts and gaps. Everything that the server lists is read once: kinds with a meaning in full, secrets as a
 * table without values, every other kind as inventory (metadata only).
 *
 * What must stay true:
 * - nothing that could not be read goes unmentioned: it is a gap with the fact kinds that it leaves incomplete;
 * - a server that is dying costs a bounded number of waits, not one per resource;
 * - the order of the facts depends on the cluster alone, so that two reads of the same cluster make the same graph.
 */
import type { AnyFact, Collected, FactKind, Gap } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import type { ApiObject, ApiResource, ApiResult, KubernetesApi, ListOptions, ListPage, ResourceRef } from './api.ts';
import { gapOfFailure } from './gaps.ts';
import { factKindOf, normalise } from './normalise.ts';
import { apiVersionOf, pathOf, refOf } from './resources.ts';
import { countedSecretFromRow } from './secret.ts';

/** A session that cannot be asked resource by resource brings its own way of collecting (files do). */
export interface KubernetesSession extends KubernetesApi {
  collect?(signal: AbortSignal): AsyncIterable<Collected>;
  /** Likewise its raw objects. */
  rawObjects?(signal: AbortSignal): AsyncIterable<ApiObject>;
}

/** One resource to be read, and how. */
export interface Reading {
  readonly resource: ApiResource;
  readonly form: NonNullable<ListOptions['form']>;
  readonly fact: FactKind;
}

/** Requests under way at the same time. The API server's fairness gives one client little more. */
const concurrency = 4;
/** So many resources in a row without an answer, and the rest is given up. */
const patience = 5;
/** Pages of a resource; 500 objects each make ten million objects. */
const maxObjectsOfResource = 10_000_000;

/** Kinds that say nothing about reach: churn, and the second copy of what another kind says. */
const uninteresting = new Set([
  '/events',
  'events.k8s.io/events',
  'coordination.k8s.io/leases',
  '/componentstatuses',
  'apps/controllerrevisions',
]);

/** What is worth reading of what the server serves, in a fixed order. */
export function readingsOf(resources: readonly ApiResource[]): readonly Reading[] {
  const hasSlices = resources.some((each) => each.group === 'discovery.k8s.io' && each.plural === 'endpointslices');
  return resources
    .filter((each) => each.verbs.includes('list') && each.group !== 'metrics.k8s.io')
    .filter((each) => !uninteresting.has(`${each.group}/${each.plural}`))
    .filter((each) => !(hasSlices && each.group === '' && each.plural === 'endpoints'))
    .map((resource): Reading => {
      const fact = factKindOf(resource.group, resource.kind);
      const form =
        fact === 'kubernetes.custom-resource' ? 'metadata' : fact === 'kubernetes.secret' ? 'table' : ('full' as const);
      return { resource, fact, form };
    })
    .sort((a, b) => order(a).localeCompare(order(b), 'en'));
}
const order = ({ resource }: Reading) => `${resource.group}/${resource.plural}`;

export async function* collect(session: KubernetesSession, signal: AbortSignal): AsyncGenerator<Collected> {
  if (session.collect !== undefined) {
    yield* session.collect(signal);
    return;
  }
  const discovered = await session.discover(signal);
  if (!discovered.ok) {
    yield { gap: gapOfFailure(discovered, ['*'], `${session.address}/apis`) };
    return;
  }
  for (const group of discovered.value.unreadable)
    yield {
      gap: gap(
        'FB-K8S-SERVER-ERROR',
        ['kubernetes.custom-resource'],
        `/apis/${group}`,
        'The group cannot be discovered.',
      ),
    };
  const ended = new AbortController();
  try {
    yield* readAll(session, readingsOf(discovered.value.resources), AbortSignal.any([signal, ended.signal]));
  } finally {
    // Whoever stops listening also stops the requests that are under way.
    ended.abort();
  }
}

async function* readAll(
  session: KubernetesApi,
  readings: readonly Reading[],
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const readers = makeReader(session, signal);
  const running: Promise<Read>[] = [];
  let silent = 0;
  for (let next = 0; next < readings.length || running.length > 0; ) {
    while (running.length < concurrency && next < readings.length && silent < patience) {
      const reading = readings[next];
      next += 1;
      if (reading === undefined) continue;
      const read = readers.read(reading);
      // Its failure is met when its turn comes; until then, and after an early end, nobody waits for it.
      read.catch(() => undefined);
      running.push(read);
    }
    const read = await running.shift();
    if (read === undefined) break;
    silent = read.silent ? silent + 1 : 0;
    for (const fact of read.facts) yield { fact };
    for (const each of read.gaps) yield { gap: each };
    if (silent >= patience && running.length === 0) {
      for (const { resource, fact } of readings.slice(next))
        yield {
          gap: gap(
            'FB-K8S-UNREACHABLE',
            [fact],
            pathOf(refOf(resource, undefined)),
            'Not tried: the server stopped answering.',
          ),
        };
      return;
    }
  }
}

export interface Read {
  readonly facts: readonly AnyFact[];
  readonly gaps: readonly Gap[];
  /** Where a watch goes on; undefined when the list was not read to its end. */
  readonly resourceVersion: string | undefined;
  /** No answer at all came. */
  readonly silent: boolean;
}

/** Reads one resource after the other, sharing what is learned about namespaces. */
export function makeReader(api: KubernetesApi, signal: AbortSignal): { read(reading: Reading): Promise<Read> } {
  let namespaces: Promise<readonly string[]> | undefined;
  const rules = new Map<string, Promise<NamespaceRules | undefined>>();

  async function read(reading: Reading): Promise<Read> {
    const whole = await readList(api, reading, undefined, signal);
    if (whole.failed?.failure !== 'forbidden' || whole.facts.length > 0 || !reading.resource.namespaced)
      return finished(reading, whole);
    return readByNamespace(reading, whole);
  }

  /** The cluster-wide list is forbidden: what the namespaces allow one by one is still worth having. */
  async function readByNamespace(reading: Reading, whole: ListRead): Promise<Read> {
    const facts: AnyFact[] = [];
    const gaps: Gap[] = [];
    const barred: string[] = [];
    namespaces ??= namespacesOf(api, signal);
    for (const namespace of await namespaces) {
      let known = rules.get(namespace);
      if (known === undefined) {
        known = rulesIn(api, namespace, signal);
        rules.set(namespace, known);
      }
      if ((await known)?.mayList(reading.resource) === false) {
        barred.push(namespace);
        continue;
      }
      const part = await readList(api, reading, namespace, signal);
      facts.push(...part.facts);
      gaps.push(...part.gaps);
      if (part.failed?.failure === 'forbidden') barred.push(namespace);
      else if (part.failed !== undefined) gaps.push(gapOfFailure(part.failed, [reading.fact], part.where));
    }
    const reason =
      facts.length === 0 && gaps.length === 0
        ? (whole.failed?.reason ?? '')
        : `Listed namespace by namespace; not in ${barred.length} of them (${barred.slice(0, 5).join(', ')}), nor in any that we do not know.`;
    gaps.push(gap('FB-K8S-FORBIDDEN', [reading.fact], whole.where, reason));
    return { facts, gaps, resourceVersion: undefined, silent: false };
  }
  return { read };
}

function finished(reading: Reading, list: ListRead): Read {
  const gaps = [...list.gaps];
  if (list.failed !== undefined) gaps.push(gapOfFailure(list.failed, [reading.fact], list.where));
  const silent = list.failed !== undefined && ['timeout', 'unreachable'].includes(list.failed.failure);
  const resourceVersion = list.failed === undefined ? list.resourceVersion : undefined;
  return { facts: list.facts, gaps, resourceVersion, silent: silent && list.facts.length === 0 };
}

interface ListRead {
  readonly where: string;
  readonly facts: AnyFact[];
  readonly gaps: Gap[];
  resourceVersion: string | undefined;
  failed: Extract<ApiResult<never>, { ok: false }> | undefined;
}

async function readList(
  api: KubernetesApi,
  { resource, form, fact }: Reading,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ListRead> {
  const ref = refOf(resource, namespace);
  const result: ListRead = { where: pathOf(ref), facts: [], gaps: [], resourceVersion: undefined, failed: undefined };
  for await (const page of api.list(ref, { form }, signal)) {
    if (!page.ok) {
      result.failed = page;
      break;
    }
    result.resourceVersion = page.value.resourceVersion;
    for (const object of objectsOf(page.value, resource, form)) {
      const { facts, gaps } = normaliseRead(resource, object);
      for (const each of facts) result.facts.push(each);
      for (const each of gaps) result.gaps.push(each);
    }
    if (result.facts.length > maxObjectsOfResource) {
      result.gaps.push(gap('FB-K8S-RESPONSE-INVALID', [fact], result.where, 'The list does not end.'));
      break;
    }
  }
  return result;
}

/**
 * The raw objects behind what `collect` reads, for loading a twin: secrets without data, inventory without spec. What collect
 * reports as a gap is missing here too, without a word.
 */
export async function* readObjects(session: KubernetesSession, signal: AbortSignal): AsyncGenerator<ApiObject> {
  if (session.rawObjects !== undefined) {
    yield* session.rawObjects(signal);
    return;
  }
  const discovered = await session.discover(signal);
  for (const { resource, form } of readingsOf(discovered.ok ? discovered.value.resources : []))
    for await (const page of session.list(refOf(resource, undefined), { form }, signal))
      if (page.ok) yield* objectsOf(page.value, resource, form);
}

function* objectsOf(page: ListPage, resource: ApiResource, form: Reading['form']): Generator<ApiObject> {
  const { items, columns, cells } = page;
  for (const [row, item] of items.entries())
    yield form === 'table' ? countedSecretFromRow(item, columns, cells?.[row]) : typed(resource, item);
}

/** Items of a list do not repeat the apiVersion and kind of the list; partial objects carry those of the partial form. */
export function typed(resource: ApiResource, item: ApiObject): ApiObject {
  return { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** An object as read from the API, with its own path as provenance. */
export function normaliseRead(resource: ApiResource, object: ApiObject): ReturnType<typeof normalise> {
  const namespace = textAt(object, 'metadata', 'namespace');
  const locator = pathOf({
    ...refOf(resource, namespace),
    name: textAt(object, 'metadata', 'name') ?? '',
  } as ResourceRef);
  return normalise(object, { locator });
}

/** All namespaces if we may see them, else the one that our credential is at home in. */
async function namespacesOf(api: KubernetesApi, signal: AbortSignal): Promise<readonly string[]> {
  const names = new Set<string>();
  const ref = { group: '', version: 'v1', plural: 'namespaces' };
  for await (const page of api.list(ref, { form: 'metadata' }, signal)) {
    if (!page.ok) break;
    for (const item of page.value.items) {
      const name = textAt(item, 'metadata', 'name');
      if (name !== undefined) names.add(name);
    }
  }
  if (api.namespace !== undefined) names.add(api.namespace);
  return [...names].sort();
}

interface NamespaceRules {
  /** False only when the server is sure. */
  mayList(resource: ApiResource): boolean;
}

/** One SelfSubjectRulesReview answers for all resources of a namespace. Undefined when the server does not tell. */
async function rulesIn(
  api: KubernetesApi,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceRules | undefined> {
  const ref = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectrulesreviews' };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const answer = await api.create(ref, body, signal);
  if (!answer.ok || at(answer.value, 'status', 'incomplete') === true) return undefined;
  const rules = array(at(answer.value, 'status', 'resourceRules')).map((rule) => record(rule) ?? {});
  const names = (value: unknown, wanted: string) =>
    array(value).some((entry) => text(entry) === '*' || text(entry) === wanted);
  return {
    mayList: (resource) =>
      rules.some(
        (rule) =>
          names(field(rule, 'verbs'), 'list') &&
          names(field(rule, 'apiGroups'), resource.group) &&
          names(field(rule, 'resources'), resource.plural),
      ),
  };
}
