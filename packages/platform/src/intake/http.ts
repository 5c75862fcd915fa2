/**
 * Reads JSON over HTTP from systems that we do not run: slow, throttling, dying or hostile ones. Every connector with an HTTP
 * API uses it, so that patience, bounds and silence about credentials are decided once. What must stay true:
 *
 * - how a request ended is data (`HttpFailure`), and becomes a gap by `gapOfHttp`; only a signal that ends the work throws;
 * - credentials are in headers, which are never part of a reason, an address or an error; what the server says of an error is
 *   not repeated either, because servers echo what they were sent;
 * - time, bytes, redirects, retries, requests and pages are bounded, and a server that stopped answering is not asked on;
 * - headers go to the origin that they are meant for and to no other: a redirect out of it is not followed, unless the caller
 *   wants the content from anywhere (`elsewhere`), and then over TLS and without them.
 */
import { rootCertificates } from 'node:tls';
import { type ErrorCode, FirebreakError, type Gap } from '@firebreak/contract';
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, request } from 'undici';
import { gap } from './gap.ts';
import { bytesUpTo, headerOf } from './http-answer.ts';

export interface HttpOptions {
  /** `http:` or `https:`; its path is put before every path. Name and password in it are sent as basic credentials. */
  readonly base: string;
  /** Sent with every request to the origin of the base: credentials belong here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM of an authority to trust besides the usual ones. */
  readonly ca?: string;
  /** Milliseconds for one whole answer. */
  readonly timeoutMs?: number;
  /** Bytes of one answer. */
  readonly maxBytes?: number;
  /** Requests of the whole session, repeats included. */
  readonly maxRequests?: number;
  /** Milliseconds that the session will wait, all in all, for a server that asks for patience. */
  readonly patienceMs?: number;
  /** Answers in a row that do not accept the credential, before it counts as expired. Some servers hide by them what is not ours. */
  readonly maxUnaccepted?: number;
  /** Whether a 403 asks for patience though it does not say so as HTTP does. What is read of it is not kept. */
  readonly asksForPatience?: (answer: HttpReply) => boolean;
  /** Waiting, for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface HttpCall {
  /** A path with its query below the base, or a whole URL of the same origin. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, by POST: for services that search by POST. Never for a request that changes anything. */
  readonly search?: unknown;
  /** Likewise as a form: for services that exchange one token for another (RFC 6749, 6). */
  readonly form?: Readonly<Record<string, string>>;
  readonly method?: 'HEAD' | 'OPTIONS';
  readonly maxBytes?: number;
  /** Follow a redirect to another origin, over TLS and without our headers. For content that is checked by its digest. */
  readonly elsewhere?: boolean;
  /** The body of a good answer is not read here: `stream` of the reply is. What is read of it, and whether it is whole, is the caller's business. */
  readonly open?: boolean;
}

export type HttpFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'refused'
  | 'server-error'
  | 'response-invalid'
  | 'too-large'
  | 'endless';

export interface HttpFailure {
  readonly ok: false;
  readonly failure: HttpFailureKind;
  /** One sentence without foreign text. */
  readonly reason: string;
  /** Absent when no answer came. */
  readonly status?: number;
  /** A header of the answer, lower-case name: what a challenge says. */
  readonly header: (name: string) => string | undefined;
}
export interface HttpReply {
  readonly ok: true;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  /** The body of an answer that was left open. It must be read or ended, or the connection stays. */
  readonly stream?: AsyncIterable<Uint8Array>;
}
export interface HttpJson {
  readonly ok: true;
  readonly header: (name: string) => string | undefined;
  readonly value: unknown;
}

export interface HttpClient {
  /** The base without name, password and query. */
  readonly address: string;
  /** A 2xx answer, whatever is in it. */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpReply | HttpFailure>;
  /** A 2xx answer that is JSON. */
  json(call: HttpCall, signal: AbortSignal): Promise<HttpJson | HttpFailure>;
  close(): Promise<void>;
}

const defaults = {
  timeoutMs: 30_000,
  maxBytes: 16 * 1024 * 1024,
  maxRequests: 200_000,
  patienceMs: 60_000,
  /** Asking on with an expired credential may lock its account. */
  maxUnaccepted: 5,
};
const connectTimeoutMs = 10_000;
const maxRedirects = 5;
const maxRepeats = 5;
/** So many requests in a row without an answer, and the server counts as gone. */
const maxSilent = 5;
/** Longest single wait, whatever the server asks for. */
const maxWaitMs = 30_000;

/** @throws FirebreakError FB-USAGE when the base is no http or https URL. */
export function openHttp(options: HttpOptions): HttpClient {
  const { base, credentials } = httpBase(options.base);
  const limits = { ...defaults, ...definedOf(options) };
  const own = { ...credentials, ...lowerCased(options.headers ?? {}) };
  const sleep = options.sleep ?? pause;
  const dispatcher = dispatcherFor(base, options.ca);
  const address = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  let requests = 0;
  let silent = 0;
  let unaccepted = 0;
  let patience = limits.patienceMs;

  async function send(call: HttpCall, signal: AbortSignal): Promise<HttpReply | HttpFailure> {
    const first = urlBelow(base, call);
    if (first === undefined) return failed('response-invalid', 'The address is not one of this server.');
    let url = first;
    let repeats = 0;
    let redirects = 0;
    for (;;) {
      if (silent >= maxSilent) return failed('unreachable', 'Not tried: the server stopped answering.');
      if (unaccepted >= limits.maxUnaccepted)
        return failed('unauthorized', 'Not tried: the server no longer accepts the credential.');
      if (requests >= limits.maxRequests) return failed('endless', `More than ${limits.maxRequests} requests.`);
      requests += 1;
      const answer = await exchange(url, call, url.origin === base.origin, signal);
      silent = answer.ok || answer.status !== undefined ? 0 : silent + 1;
      unaccepted = !answer.ok && answer.failure === 'unauthorized' ? unaccepted + 1 : 0;
      if (answer.ok) {
        const target = redirectOf(answer, url);
        if (target === undefined) return judged(answer);
        redirects += 1;
        if (redirects > maxRedirects) return failed('response-invalid', 'It redirects without end.', answer);
        if (target === 'nowhere' || !mayFollow(base, target, call))
          return failed('response-invalid', 'It redirects to another server, which is not followed.', answer);
        url = target;
        continue;
      }
      const wait = waitOf(answer, repeats);
      if (wait === undefined || repeats >= maxRepeats || wait > patience) return answer;
      repeats += 1;
      patience -= wait;
      await sleep(wait, signal);
    }
  }

  /** One request and its whole answer; redirects count as answers. */
  async function exchange(
    url: URL,
    call: HttpCall,
    home: boolean,
    signal: AbortSignal,
  ): Promise<HttpReply | HttpFailure> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limits.timeoutMs);
    const maxBytes = call.maxBytes ?? limits.maxBytes;
    try {
      const sent = bodyOf(call);
      const response = await request(url, {
        dispatcher,
        method: call.method ?? (sent === undefined ? 'GET' : 'POST'),
        headers: {
          'user-agent': 'firebreak',
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(sent === undefined ? {} : { 'content-type': sent.type }),
          ...(home ? { ...own, ...lowerCased(call.headers ?? {}) } : acceptOf(call)),
        },
        ...(sent === undefined ? {} : { body: sent.body }),
        // Of a body that is left open every part must come in time, and not all of it.
        ...(call.open === true ? { bodyTimeout: limits.timeoutMs } : {}),
        signal: AbortSignal.any([signal, late.signal]),
      });
      const header = headerOf(response.headers);
      const { statusCode: status } = response;
      if (call.open === true && status >= 200 && status < 300)
        return { ok: true, status, header, body: Buffer.alloc(0), stream: response.body };
      const body = await bytesUpTo(maxBytes, response.body);
      if (body === undefined) {
        const reason = `The answer is longer than ${maxBytes} bytes.`;
        return { ok: false, failure: 'too-large', reason, status: response.statusCode, header };
      }
      const reply: HttpReply = { ok: true, status: response.statusCode, header, body };
      return response.statusCode < 400 ? reply : refusedAnswer(reply, options.asksForPatience);
    } catch (error) {
      if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A request was stopped.', { cause: error });
      return brokenOff(error, late.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    address,
    send,
    async json(call, signal) {
      const answer = await send(call, signal);
      if (!answer.ok) return answer;
      const value = parsed(answer.body);
      return value === undefined
        ? failed('response-invalid', 'The answer is not JSON.', answer)
        : { ok: true, header: answer.header, value: value.json };
    },
    close: () => dispatcher.destroy(),
  };
}

/** Pages of one listing. A source that never ends is cut off here, and the cut is the last thing that comes. */
export interface Paging<P> {
  /** Reads one page; the first one has no cursor. */
  readonly read: (cursor: string | undefined) => Promise<P | HttpFailure>;
  /** Where the next page is; undefined on the last one. */
  readonly next: (page: P) => string | undefined;
  readonly maxPages?: number;
}

export async function* pagesOf<P extends { readonly ok: true }>(paging: Paging<P>): AsyncGenerator<P | HttpFailure> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < (paging.maxPages ?? 10_000); pages += 1) {
    const page = await paging.read(cursor);
    yield page;
    if (!page.ok) return;
    cursor = paging.next(page);
    if (cursor === undefined) return;
    if (seen.has(cursor)) {
      yield failed('endless', 'Its pages lead in a circle.');
      return;
    }
    seen.add(cursor);
  }
  yield failed('endless', `It has more than ${paging.maxPages ?? 10_000} pages.`);
}

/** The target of `Link: <…>; rel="next"` (RFC 8288) as written, for `pagesOf`; undefined when there is none. */
export function nextLink(header: string | undefined): string | undefined {
  for (const part of (header ?? '').slice(0, 16_384).split(/,\s*(?=<)/)) {
    const close = part.indexOf('>');
    if (part.startsWith('<') && close > 0 && /;\s*rel="?next"?(?:\s*;|\s*$)/i.test(part.slice(close)))
      return part.slice(1, close);
  }
  return undefined;
}

const codes: Readonly<Record<HttpFailureKind, ErrorCode>> = {
  unreachable: 'FB-HTTP-UNREACHABLE',
  timeout: 'FB-HTTP-TIMEOUT',
  throttled: 'FB-HTTP-THROTTLED',
  unauthorized: 'FB-HTTP-UNAUTHORIZED',
  forbidden: 'FB-HTTP-FORBIDDEN',
  'not-found': 'FB-HTTP-NOT-FOUND',
  refused: 'FB-HTTP-REFUSED',
  'server-error': 'FB-HTTP-SERVER-ERROR',
  'response-invalid': 'FB-HTTP-RESPONSE-INVALID',
  'too-large': 'FB-HTTP-TOO-LARGE',
  endless: 'FB-HTTP-ENDLESS',
};

/** What could not be read, with the fact kinds that it leaves incomplete. `where`: address and path, without a query. */
export function gapOfHttp(failure: HttpFailure, kinds: readonly string[], where: string): Gap {
  return gap(codes[failure.failure], kinds, where, failure.reason);
}

function failed(failure: HttpFailureKind, reason: string, answer?: HttpReply): HttpFailure {
  return {
    ok: false,
    failure,
    reason,
    ...(answer === undefined ? {} : { status: answer.status }),
    header: answer?.header ?? (() => undefined),
  };
}

/** What a status of 400 and more means. */
export function refusedAnswer(answer: HttpReply, isPlea: HttpOptions['asksForPatience']): HttpFailure {
  const { status } = answer;
  const asksForPatience =
    status === 429 ||
    (status === 503 && answer.header('retry-after') !== undefined) ||
    (status === 403 && isPlea?.(answer) === true);
  if (asksForPatience) return failed('throttled', `It keeps asking to wait (status ${status}).`, answer);
  if (status === 401) return failed('unauthorized', 'It does not accept the credential (status 401).', answer);
  if (status === 403) return failed('forbidden', 'It does not allow this (status 403).', answer);
  if (status === 404 || status === 410) return failed('not-found', `It does not have this (status ${status}).`, answer);
  if (status >= 500) return failed('server-error', `It failed (status ${status}).`, answer);
  return failed('refused', `It refused the request (status ${status}).`, answer);
}

/** A body that is encoded though we asked for it as it is would be a way around the limit on bytes. */
function judged(answer: HttpReply): HttpReply | HttpFailure {
  const encoding = answer.header('content-encoding') ?? 'identity';
  if (answer.status >= 300) return failed('response-invalid', `Status ${answer.status} is no answer.`, answer);
  if (encoding !== 'identity') return failed('response-invalid', 'The answer is compressed, unasked.', answer);
  return answer;
}

/** Milliseconds before the same request may be made again; undefined when it should not be. */
function waitOf(failure: HttpFailure, repeats: number): number | undefined {
  if (failure.failure === 'throttled') {
    const asked = retryAfter(failure.header('retry-after'), failure.header('date'));
    return Math.min(asked ?? 1000 * 2 ** repeats, maxWaitMs);
  }
  // A connection that was kept open may have been closed by the other side in the meantime: one more try costs nothing.
  if (failure.failure === 'unreachable' && failure.status === undefined && repeats === 0) return 100;
  return undefined;
}

/** Seconds, or a date that is measured against the server's own clock. In milliseconds. */
function retryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  const now = Date.parse(date ?? '');
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : Math.max(0, until - now);
}

function redirectOf(answer: HttpReply, from: URL): URL | 'nowhere' | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = answer.header('location');
  return location !== undefined && URL.canParse(location, from) ? new URL(location, from) : 'nowhere';
}

function mayFollow(base: URL, target: URL, call: HttpCall): boolean {
  if (target.origin === base.origin) return true;
  return call.elsewhere === true && bodyOf(call) === undefined && target.protocol === 'https:';
}

function bodyOf(call: HttpCall): { readonly type: string; readonly body: string } | undefined {
  if (call.search !== undefined) return { type: 'application/json', body: JSON.stringify(call.search) };
  if (call.form === undefined) return undefined;
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(call.form).toString() };
}

export function urlBelow(base: URL, { path, query }: Pick<HttpCall, 'path' | 'query'>): URL | undefined {
  const written = path.startsWith('/') ? `${base.origin}${base.pathname.replace(/\/$/, '')}${path}` : path;
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  if (url.origin !== base.origin) return undefined;
  url.username = '';
  url.password = '';
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

export function httpBase(text: string): { readonly base: URL; readonly credentials: Readonly<Record<string, string>> } {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (base === undefined || (base.protocol !== 'http:' && base.protocol !== 'https:'))
    throw new FirebreakError('FB-USAGE', 'The address must begin with http:// or https://.');
  const name = unescaped(base.username);
  const password = unescaped(base.password);
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  return { base, credentials: name === '' && password === '' ? {} : { authorization: basic(name, password) } };
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The value of an `authorization` header. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** Straight to a server on this machine; through the proxy of the environment, if it names one, to any other. */
export function dispatcherFor(base: URL, ca: string | undefined): Dispatcher {
  const options = {
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4000,
    connect: { timeout: connectTimeoutMs, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) },
  };
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(base.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function acceptOf(call: HttpCall): Readonly<Record<string, string>> {
  const { accept } = lowerCased(call.headers ?? {});
  return accept === undefined ? {} : { accept };
}

function definedOf({ timeoutMs, maxBytes, maxRequests, patienceMs, maxUnaccepted }: HttpOptions) {
  const all = { timeoutMs, maxBytes, maxRequests, patienceMs, maxUnaccepted };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<typeof defaults>;
}

function parsed(body: Buffer): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(body.toString('utf8')) };
  } catch {
    return undefined;
  }
}

const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|ERR_TLS.*|ERR_SSL.*|CERT_.*|UNABLE_TO_.*|SELF_SIGNED.*|DEPTH_ZERO.*)$/;

/** Whether a request failed before anything of it left. */
export function neverLeft(error: unknown): boolean {
  const code = codeOf(error);
  return beforeSending.test(code) || code === 'UND_ERR_CONNECT_TIMEOUT';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code ?? '') : '';
}

/** Reads only codes: the texts of errors are for people and change. */
export function brokenOff(error: unknown, expired: boolean): HttpFailure {
  const code = codeOf(error);
  if (expired || code === 'UND_ERR_CONNECT_TIMEOUT') return failed('timeout', 'No complete answer came in time.');
  if (error instanceof errors.HTTPParserError || /^(UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/.test(code))
    return failed('response-invalid', 'The answer is not HTTP as it should be.');
  if (beforeSending.test(code)) return failed('unreachable', `There is no connection (${code}).`);
  return failed('unreachable', `The connection broke (${code === '' ? 'no reason given' : code}).`);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
  if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'Waiting for the server was stopped.');
}
