/**
 * One HTTP request with every bound that a hostile or dying server calls for: time to connect, time for the whole answer
 * (a slow drip does not reset it), and bytes. Redirects are not followed. How it ended is data.
 */
import { FirebreakError } from '@firebreak/contract';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Access } from './kubeconfig.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Seconds that the server asks us to wait, when it does. */
  readonly retryAfter: number | undefined;
  readonly body: Buffer;
}
/** `sent`: the request may have reached the server. */
export type Sent =
  | { readonly ended: 'reply'; readonly reply: Reply }
  | { readonly ended: 'too-large'; readonly sent: true }
  | { readonly ended: 'timeout' | 'unreachable' | 'bad-response'; readonly reason: string; readonly sent: boolean };

export interface Transport {
  send(call: Call, signal: AbortSignal): Promise<Sent>;
  /** Sends, and hands out the body as it comes. `timeoutMs` holds until the headers, then between chunks. */
  open(
    call: Call,
    signal: AbortSignal,
  ): Promise<Sent | { readonly ended: 'stream'; readonly body: AsyncIterable<Buffer> }>;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;

export function makeTransport(access: Pick<Access, 'server' | 'tls' | 'proxy'>): Transport {
  // No limit on connections: every watch holds one.
  const limits = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 };
  const dispatcher: Dispatcher =
    access.proxy === undefined
      ? new Agent({ ...limits, connect: { ...access.tls, timeout: connectTimeoutMs } })
      : new ProxyAgent({ ...limits, uri: access.proxy, requestTls: { ...access.tls, timeout: connectTimeoutMs } });
  const prefix = access.server.pathname.replace(/\/$/, '');

  function start(call: Call, signal: AbortSignal) {
    return request(`${access.server.origin}${prefix}${call.path}`, {
      dispatcher,
      method: call.method,
      headers: { 'user-agent': 'firebreak', ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal,
    });
  }

  return {
    async send(call, signal) {
      const timer = deadline(signal);
      timer.restart(call.timeoutMs);
      try {
        const response = await start(call, timer.signal);
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of response.body as AsyncIterable<Buffer>) {
          length += chunk.length;
          if (length > call.maxBytes) {
            response.body.destroy();
            return { ended: 'too-large', sent: true };
          }
          chunks.push(chunk);
        }
        return { ended: 'reply', reply: replyOf(response, Buffer.concat(chunks)) };
      } catch (error) {
        return failureOf(error, signal, timer.expired());
      } finally {
        timer.stop();
      }
    },

    async open(call, signal) {
      const timer = deadline(signal);
      timer.restart(call.timeoutMs);
      try {
        const response = await start(call, timer.signal);
        if (response.statusCode !== 200) {
          const body = Buffer.from((await response.body.text()).slice(0, 64 * 1024));
          timer.stop();
          return { ended: 'reply', reply: replyOf(response, body) };
        }
        return { ended: 'stream', body: chunksOf(response.body as AsyncIterable<Buffer>, timer, call.timeoutMs) };
      } catch (error) {
        timer.stop();
        return failureOf(error, signal, timer.expired());
      }
    },

    close: () => dispatcher.destroy(),
  };
}

async function* chunksOf(body: AsyncIterable<Buffer>, timer: Deadline, timeoutMs: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) {
      timer.restart(timeoutMs);
      yield chunk;
    }
  } finally {
    timer.stop();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  restart(ms: number): void;
  expired(): boolean;
  stop(): void;
}

/** A signal that fires with the caller's, or when the time is up. */
function deadline(parent: AbortSignal): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let expired = false;
  const forward = () => controller.abort(parent.reason);
  if (parent.aborted) forward();
  else parent.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    restart(ms) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        expired = true;
        controller.abort();
      }, ms);
    },
    expired: () => expired,
    stop() {
      clearTimeout(timer);
      parent.removeEventListener('abort', forward);
    },
  };
}

function replyOf(response: Dispatcher.ResponseData, body: Buffer): Reply {
  const header = (name: string) => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const seconds = Number(header('retry-after'));
  return {
    status: response.statusCode,
    contentType: header('content-type') ?? '',
    retryAfter: Number.isFinite(seconds) && seconds >= 0 && header('retry-after') !== undefined ? seconds : undefined,
    body,
  };
}

/** Errors from before the request left: name resolution, connection, TLS handshake. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EPROTO',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Reads only codes: the texts of errors are for people and change. */
function failureOf(error: unknown, signal: AbortSignal, expired: boolean): Exclude<Sent, { ended: 'reply' }> {
  if (signal.aborted)
    throw new FirebreakError('FB-CANCELLED', 'A request to the API server was stopped.', { cause: error });
  if (expired) return { ended: 'timeout', reason: 'no complete answer in time', sent: true };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { ended: 'timeout', reason: 'no connection in time', sent: false };
  if (beforeSending.has(code) || /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_)/.test(code))
    return { ended: 'unreachable', reason: `no connection (${code})`, sent: false };
  if (/^(HPE_|UND_ERR_RES|UND_ERR_RESPONSE)/.test(code) || code === 'UND_ERR_HEADERS_OVERFLOW')
    return { ended: 'bad-response', reason: `the answer is not HTTP as we know it (${code})`, sent: true };
  return { ended: 'unreachable', reason: `the connection broke (${code || 'no reason given'})`, sent: true };
}
