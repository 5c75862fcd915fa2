/**
 * One request that changes something, to a system that we do not run. `http.ts` reads with patience and repeats; a change must never be
 * repeated blindly, so here everything is asked once and the end of it is told with the one thing that decides what to do next: whether
 * the request may have taken effect. What must stay true:
 *
 * - a redirect is an answer and is not followed: neither body nor credential goes anywhere that was not named;
 * - time and bytes are bounded; of an answer that is too long nothing is believed;
 * - without TLS only a server on this machine is spoken to, unless the caller says that plain is meant;
 * - no header, body or text of the server is part of a reason.
 */
import { rootCertificates } from 'node:tls';
import { FirebreakError } from '@firebreak/contract';
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, request } from 'undici';

export interface OneRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of an authority to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Whether `http:` to another machine is meant. */
  readonly plain?: boolean;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs?: number;
  /** Bytes of the answer. */
  readonly maxBytes?: number;
}

export interface OneAnswer {
  readonly ok: true;
  /** Any status, redirects and errors included. */
  readonly status: number;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

export interface NoAnswer {
  readonly ok: false;
  readonly failure: 'unreachable' | 'timeout' | 'too-large' | 'response-invalid' | 'not-sent';
  /** Whether the request may have arrived. */
  readonly sent: boolean;
  /** One sentence without foreign text. */
  readonly reason: string;
}

const defaults = { timeoutMs: 15_000, maxBytes: 1024 * 1024 };
const connectTimeoutMs = 5000;
const here = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** @throws FirebreakError FB-CANCELLED when the signal ends it; every other ending is data. */
export async function sendOnce(call: OneRequest, signal: AbortSignal): Promise<OneAnswer | NoAnswer> {
  const url = URL.canParse(call.url) ? new URL(call.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    return unsent('The address is no http or https address without credentials.');
  if (url.protocol === 'http:' && !here.test(url.hostname) && call.plain !== true)
    return unsent('It is another machine, and there is no TLS.');
  if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A request was stopped.');
  const timer = AbortSignal.timeout(call.timeoutMs ?? defaults.timeoutMs);
  const dispatcher = dispatcherFor(url, call.ca);
  const maxBytes = call.maxBytes ?? defaults.maxBytes;
  try {
    const response = await request(url, {
      dispatcher,
      method: call.method,
      headers: { 'user-agent': 'firebreak', 'accept-encoding': 'identity', ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal: AbortSignal.any([signal, timer]),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) {
        response.body.destroy();
        return { ok: false, failure: 'too-large', sent: true, reason: `The answer is longer than ${maxBytes} bytes.` };
      }
      chunks.push(chunk);
    }
    const header = (name: string) => {
      const value = response.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    return { ok: true, status: response.statusCode, header, body: Buffer.concat(chunks) };
  } catch (error) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A request was stopped.', { cause: error });
    return endOf(error, timer.aborted);
  } finally {
    // A change is rare: a connection of its own is cheap, and none is left behind.
    await dispatcher.destroy();
  }
}

/** A JSON body; undefined when it is none. */
export function jsonOf({ body }: OneAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function unsent(reason: string): NoAnswer {
  return { ok: false, failure: 'not-sent', sent: false, reason };
}

const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|ERR_TLS.*|ERR_SSL.*|CERT_.*|UNABLE_TO_.*|SELF_SIGNED.*|DEPTH_ZERO.*)$/;

/** Reads only codes: the texts of errors are for people and change. */
function endOf(error: unknown, expired: boolean): NoAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code ?? '') : '';
  if (beforeSending.test(code))
    return { ok: false, failure: 'unreachable', sent: false, reason: `There is no connection (${code}).` };
  if (expired) return { ok: false, failure: 'timeout', sent: true, reason: 'No complete answer came in time.' };
  if (error instanceof errors.HTTPParserError || /^(UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/.test(code))
    return { ok: false, failure: 'response-invalid', sent: true, reason: 'The answer is not HTTP as it should be.' };
  return {
    ok: false,
    failure: 'unreachable',
    sent: true,
    reason: `The connection broke (${code || 'no reason given'}).`,
  };
}

function dispatcherFor(url: URL, ca: string | undefined): Dispatcher {
  const options = {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) },
  };
  return here.test(url.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}
