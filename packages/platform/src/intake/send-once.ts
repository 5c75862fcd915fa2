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
import { FirebreakError } from '@firebreak/contract';
import { request } from 'undici';
import { brokenOff, dispatcherFor, type HttpFailureKind, neverLeft } from './http.ts';
import { bytesUpTo, headerOf } from './http-answer.ts';

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
  readonly failure: HttpFailureKind | 'not-sent';
  /** Whether the request may have arrived. */
  readonly sent: boolean;
  /** One sentence without foreign text. */
  readonly reason: string;
}

const defaults = { timeoutMs: 15_000, maxBytes: 1024 * 1024 };
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
    const body = await bytesUpTo(maxBytes, response.body);
    if (body === undefined)
      return { ok: false, failure: 'too-large', sent: true, reason: `The answer is longer than ${maxBytes} bytes.` };
    return { ok: true, status: response.statusCode, header: headerOf(response.headers), body };
  } catch (error) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A request was stopped.', { cause: error });
    const { failure, reason } = brokenOff(error, timer.aborted);
    return { ok: false, failure, reason, sent: !neverLeft(error) };
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
