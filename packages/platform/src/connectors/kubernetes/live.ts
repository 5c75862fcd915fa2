/**
 * A real API server. It may be overloaded, half dead, behind a proxy that answers HTML, or no longer ours; whatever it does,
 * a call ends within bounded time and memory and says how it ended.
 *
 * What must stay true:
 * - a write is sent once. It is repeated only when the server said that it did not take it (429) or when it never left;
 * - `sent` is true whenever the server may have acted, so that the runner reads again instead of guessing;
 * - a list is complete, or its last page is a failure. Pages already handed out are never handed out again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FirebreakError } from '@firebreak/contract';
import { array, at, field, printable, record, text, textAt } from '../../intake/foreign.ts';
import type {
  ApiFailure,
  ApiObject,
  ApiResult,
  KubernetesApi,
  ListOptions,
  ListPage,
  ResourceRef,
  WatchEvent,
  WriteOptions,
} from './api.ts';
import { discover } from './live/discovery.ts';
import { type Access, type KubeconfigSource, openAccess } from './live/kubeconfig.ts';
import { type Call, makeTransport, type Reply, type Sent, type Transport } from './live/transport.ts';
import { pathOf } from './resources.ts';

export interface LiveLimits {
  /** One request, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** One page of a list; a larger page is asked for again in smaller portions. */
  readonly maxPageBytes: number;
  readonly pageSize: number;
  /** Objects of one resource. The largest clusters have 150,000 pods. */
  readonly maxObjects: number;
  /** How often a request that may be repeated is tried in all. */
  readonly attempts: number;
  /** The longest wait before one repetition, and all waits of one request together. */
  readonly maxWaitMs: number;
  readonly maxTotalWaitMs: number;
}
export const defaultLimits: LiveLimits = {
  timeoutMs: 30_000,
  maxPageBytes: 64 * 1024 * 1024,
  pageSize: 500,
  maxObjects: 500_000,
  attempts: 5,
  maxWaitMs: 10_000,
  maxTotalWaitMs: 45_000,
};

/** Time and chance, so that tests decide about both. */
export interface LiveWorld {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}
const realWorld: LiveWorld = {
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
  random: Math.random,
};

const maxWatchLine = 16 * 1024 * 1024;
/** The server ends a watch after this many seconds; a quiet one must not look dead before. */
const watchSeconds = 300;
const maxEmptyPages = 20;
const smallestPage = 1;

type Failure = Extract<ApiResult<never>, { ok: false }>;

/** Opens the server of a kubeconfig. Throws `FB-K8S-KUBECONFIG-INVALID`; does not connect yet. */
export async function openLive(
  source: KubeconfigSource,
  limits: LiveLimits = defaultLimits,
  world: LiveWorld = realWorld,
): Promise<KubernetesApi> {
  const access = await openAccess(source);
  return liveApi({ access, renew: () => openAccess(source) }, limits, world);
}

interface Credential {
  readonly access: Access;
  /** Reads the credential again; undefined for one that cannot change. */
  readonly renew?: () => Promise<Access>;
}

function liveApi(credential: Credential, limits: LiveLimits, world: LiveWorld): KubernetesApi {
  let access = credential.access;
  let transport = makeTransport(access);
  const derived: KubernetesApi[] = [];

  /** One request with its repetitions. `again`: it may be repeated even when the server may have seen it. */
  async function call(
    request: Omit<Call, 'timeoutMs' | 'maxBytes'>,
    again: boolean,
    signal: AbortSignal,
  ): Promise<Sent> {
    let waited = 0;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      stopIfAborted(signal);
      const headers = { ...access.headers, ...request.headers };
      const full = { ...request, headers, timeoutMs: limits.timeoutMs, maxBytes: limits.maxPageBytes };
      const sent = await transport.send(full, signal);
      if (sent.ended === 'reply' && sent.reply.status === 401 && !renewed) {
        renewed = true;
        if (await renew()) continue;
      }
      const wait = waitBefore(sent, again, attempt);
      if (wait === undefined || attempt >= limits.attempts || waited + wait > limits.maxTotalWaitMs) return sent;
      waited += wait;
      await world.sleep(wait, signal).catch(() => stopIfAborted(signal));
    }
  }
  /** Milliseconds until the next attempt, or undefined when there must be none. */
  function waitBefore(sent: Sent, again: boolean, attempt: number): number | undefined {
    const backoff = Math.min(limits.maxWaitMs, 250 * 2 ** attempt) * (0.5 + world.random() / 2);
    if (sent.ended === 'reply') {
      const { status, retryAfter } = sent.reply;
      const repeatable = status === 429 || (again && status >= 500 && status !== 501);
      if (!repeatable) return undefined;
      return retryAfter === undefined ? backoff : Math.min(limits.maxWaitMs, retryAfter * 1000);
    }
    if (sent.ended === 'unreachable' && (again || !sent.sent)) return backoff;
    return undefined;
  }
  /** Whether there is a different credential now. */
  async function renew(): Promise<boolean> {
    if (credential.renew === undefined) return false;
    const before = JSON.stringify([access.headers, access.tls]);
    const next = await credential.renew();
    if (JSON.stringify([next.headers, next.tls]) === before) return false;
    const old: Transport = transport;
    access = next;
    transport = makeTransport(next);
    await old.close();
    return true;
  }

  async function json(
    method: Call['method'],
    path: string,
    again: boolean,
    signal: AbortSignal,
    extra: { readonly accept?: string; readonly body?: unknown; readonly contentType?: string } = {},
  ): Promise<ApiResult<unknown>> {
    const headers: Record<string, string> = { accept: extra.accept ?? 'application/json' };
    if (extra.body !== undefined) headers['content-type'] = extra.contentType ?? 'application/json';
    const body = extra.body === undefined ? {} : { body: JSON.stringify(extra.body) };
    return resultOf(await call({ method, path, headers, ...body }, again, signal));
  }
  const object = async (answer: Promise<ApiResult<unknown>>): Promise<ApiResult<ApiObject>> => {
    const result = await answer;
    if (!result.ok) return result;
    const value = record(result.value);
    return value === undefined ? bad('the answer is not an object') : { ok: true, value: value as ApiObject };
  };

  async function* list(ref: ResourceRef, options: ListOptions, signal: AbortSignal) {
    const form = options.form ?? 'full';
    const seen = new Set<string>();
    let pageSize = options.pageSize ?? limits.pageSize;
    let token: string | undefined;
    let restarted = false;
    let objects = 0;
    let emptyPages = 0;
    for (;;) {
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (token !== undefined) query.set('continue', token);
      if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
      if (form === 'table') query.set('includeObject', 'Metadata');
      const request = { method: 'GET' as const, path: `${pathOf(ref)}?${query}`, headers: { accept: accepts[form] } };
      const sent = await call(request, true, signal);
      if (sent.ended === 'too-large' && pageSize > smallestPage) {
        pageSize = Math.max(smallestPage, Math.floor(pageSize / 4));
        continue;
      }
      const answer = resultOf(sent);
      if (!answer.ok && answer.status === 410 && token !== undefined && !restarted) {
        // The snapshot behind the token is gone. The server offers a token to go on without it, or we start over and leave
        // out what was handed out already.
        restarted = true;
        token = sent.ended === 'reply' ? textAt(parsed(sent.reply), 'metadata', 'continue') : undefined;
        continue;
      }
      if (!answer.ok) {
        yield answer;
        return;
      }
      const page = pageOf(answer.value, form);
      if (!page.ok) {
        yield page;
        return;
      }
      const fresh = restarted ? without(page.value, seen) : page.value;
      for (const item of fresh.items) seen.add(textAt(item, 'metadata', 'uid') ?? '');
      objects += fresh.items.length;
      emptyPages = page.value.items.length === 0 ? emptyPages + 1 : 0;
      yield { ok: true as const, value: fresh };
      const next = textAt(answer.value, 'metadata', 'continue');
      if (next === undefined) return;
      if (objects > limits.maxObjects || emptyPages > maxEmptyPages || next === token) {
        yield bad(`the list does not end: ${objects} objects and still a continue token`);
        return;
      }
      token = next;
    }
  }

  async function* watch(
    ref: ResourceRef,
    resourceVersion: string,
    signal: AbortSignal,
    form: 'full' | 'metadata' = 'full',
  ): AsyncGenerator<ApiResult<WatchEvent>> {
    const query = new URLSearchParams({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(watchSeconds),
    });
    const opened = await transport.open(
      {
        method: 'GET',
        path: `${pathOf(ref)}?${query}`,
        headers: { ...access.headers, accept: watchAccepts[form] },
        timeoutMs: (watchSeconds + 30) * 1000,
        maxBytes: maxWatchLine,
      },
      signal,
    );
    if (opened.ended !== 'stream') {
      const failed = resultOf(opened);
      yield failed.ok ? bad('the watch is not a stream') : failed;
      return;
    }
    try {
      for await (const line of lines(opened.body)) {
        const event = line === undefined ? undefined : eventOf(line);
        if (event === undefined) {
          yield bad('the watch sent something that is no event');
          return;
        }
        yield { ok: true, value: event };
      }
    } catch (error) {
      if (error instanceof FirebreakError) throw error;
      stopIfAborted(signal);
      yield { ok: false, failure: 'unreachable', reason: 'the watch broke off', sent: true };
    }
  }

  return {
    address: `${access.server.origin}${access.server.pathname.replace(/\/$/, '')}`,
    namespace: access.namespace,
    discover: (signal) => discover((path, accept) => json('GET', path, true, signal, { accept })),
    list,
    watch,
    get: (ref, signal) => object(json('GET', pathOf(ref), true, signal)),
    create: (ref, body, signal, options) => object(json('POST', writePath(ref, options), false, signal, { body })),
    replace: (ref, body, signal) => object(json('PUT', pathOf(ref), false, signal, { body })),
    patch: (ref, type, body, signal, options) => {
      const contentType = type === 'merge' ? 'application/merge-patch+json' : 'application/json-patch+json';
      return object(json('PATCH', writePath(ref, options), false, signal, { body, contentType }));
    },
    delete: (ref, options, signal) =>
      object(json('DELETE', pathOf(ref), false, signal, { body: deleteOptions(options) })),
    withToken(token) {
      const { cert: _cert, key: _key, ...tls } = access.tls;
      const bearer = { ...access, tls, headers: { authorization: `Bearer ${token}` }, namespace: undefined };
      const api = liveApi({ access: bearer }, limits, world);
      derived.push(api);
      return api;
    },
    impersonating(user, group) {
      const as = { 'impersonate-user': user, ...(group === undefined ? {} : { 'impersonate-group': group }) };
      const headers = { ...access.headers, ...as };
      const api = liveApi({ access: { ...access, headers } }, limits, world);
      derived.push(api);
      return api;
    },
    async close() {
      for (const api of derived) await api.close();
      await transport.close();
    },
  };
}

function writePath(ref: ResourceRef, options: WriteOptions = {}): string {
  return options.dryRun === true ? `${pathOf(ref)}?dryRun=All` : pathOf(ref);
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'Talking to the API server was stopped.');
}

function deleteOptions(options: Parameters<KubernetesApi['delete']>[1]): unknown {
  const { uid, resourceVersion, gracePeriodSeconds, propagation } = options;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(uid === undefined && resourceVersion === undefined
      ? {}
      : {
          preconditions: {
            ...(uid === undefined ? {} : { uid }),
            ...(resourceVersion === undefined ? {} : { resourceVersion }),
          },
        }),
  };
}

const accepts: Readonly<Record<NonNullable<ListOptions['form']>, string>> = {
  full: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  // No fallback to the plain form: it would bring what the table is there to keep away.
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
};

const watchAccepts = {
  full: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
} as const;

function pageOf(value: unknown, form: NonNullable<ListOptions['form']>): ApiResult<ListPage> {
  const resourceVersion = textAt(value, 'metadata', 'resourceVersion') ?? '';
  if (form !== 'table') {
    const items = field(value, 'items') ?? [];
    if (!text(field(value, 'kind'))?.endsWith('List') || !Array.isArray(items)) return bad('the answer is not a list');
    return { ok: true, value: { items: items.map((item) => (record(item) ?? {}) as ApiObject), resourceVersion } };
  }
  if (field(value, 'kind') !== 'Table') return bad('the answer is not a table');
  const rows = array(field(value, 'rows'));
  return {
    ok: true,
    value: {
      resourceVersion,
      items: rows.map((row) => (record(field(row, 'object')) ?? {}) as ApiObject),
      columns: array(field(value, 'columnDefinitions')).map((column) => textAt(column, 'name') ?? ''),
      cells: rows.map((row) => array(field(row, 'cells'))),
    },
  };
}

function without(page: ListPage, seen: ReadonlySet<string>): ListPage {
  const kept = page.items.map((item) => !seen.has(textAt(item, 'metadata', 'uid') ?? ''));
  return {
    ...page,
    items: page.items.filter((_, index) => kept[index]),
    ...(page.cells === undefined ? {} : { cells: page.cells.filter((_, index) => kept[index]) }),
  };
}

function bad(reason: string): Failure {
  return { ok: false, failure: 'bad-response', reason, sent: true };
}

const failures: ReadonlyMap<number, ApiFailure> = new Map<number, ApiFailure>([
  [400, 'invalid'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'invalid'],
  [406, 'invalid'],
  [409, 'conflict'],
  [410, 'not-found'],
  [412, 'conflict'],
  [415, 'invalid'],
  [422, 'invalid'],
  [429, 'throttled'],
  // A gateway or the server's own storage gave up waiting: what became of a write is unknown.
  [502, 'bad-response'],
  [504, 'timeout'],
]);

function resultOf(sent: Sent): ApiResult<unknown> {
  if (sent.ended === 'too-large') return bad('the answer is larger than we read');
  if (sent.ended !== 'reply') return { ok: false, failure: sent.ended, reason: sent.reason, sent: sent.sent };
  const { reply } = sent;
  const value = parsed(reply);
  if (reply.status >= 200 && reply.status < 300)
    return value === undefined
      ? bad(`the answer is not JSON but ${printable(reply.contentType || 'untyped', 60)}`)
      : { ok: true, value };
  const failure = failures.get(reply.status) ?? (reply.status >= 500 ? 'server-error' : 'bad-response');
  const message = textAt(value, 'message');
  // A web server or a proxy also knows 404; the API server answers in JSON.
  const isPage = value === undefined && /html/.test(reply.contentType);
  return {
    ok: false,
    failure: isPage && reply.status < 500 && reply.status !== 401 ? 'bad-response' : failure,
    status: reply.status,
    reason: message === undefined ? `HTTP ${reply.status}` : printable(message, 300),
    sent: true,
  };
}

/** The body as JSON, or undefined when it is something else. */
function parsed(reply: Reply): unknown {
  if (!/json/.test(reply.contentType)) return undefined;
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch {
    // A body that says JSON and is not: the caller reports it.
    return undefined;
  }
}

/** Lines of a stream; undefined for one that is too long, after which nothing more comes. */
async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0x0a, start); end !== -1; end = rest.indexOf(0x0a, start)) {
      if (end > start) yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > maxWatchLine) {
      yield undefined;
      return;
    }
  }
}

const eventTypes = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

function eventOf(line: string): WatchEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const type = textAt(value, 'type') ?? '';
    const object = record(at(value, 'object'));
    return eventTypes.has(type) && object !== undefined ? ({ type, object } as unknown as WatchEvent) : undefined;
  } catch {
    // A line that breaks off in the middle is no event.
    return undefined;
  }
}
