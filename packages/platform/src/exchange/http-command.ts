/**
 * Changing a system over HTTP, one request at a time: the counterpart of intake/http.ts, which only reads. What must stay true:
 *
 * - a command leaves at most once: nothing is repeated and no redirect is followed, because whoever asked must know what may have
 *   happened;
 * - how it ended is data, and `sent` says whether the server may have seen it;
 * - a failure is of this command alone: nothing is remembered, since an incident outlives a throttled minute;
 * - time and bytes are bounded, credentials are in headers, and what a server says of an error is never part of a reason.
 */
import { FirebreakError } from '@firebreak/contract';
import { request } from 'undici';
import {
  brokenOff,
  dispatcherFor,
  type HttpFailureKind,
  type HttpReply,
  httpBase,
  neverLeft,
  refusedAnswer,
  urlBelow,
} from '../intake/http.ts';
import { bytesUpTo, headerOf } from '../intake/http-answer.ts';

export interface HttpCommand {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** A path with its query below the base, or a whole URL of the same origin. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Sent as they are. */
  readonly bytes?: { readonly type: string; readonly content: Uint8Array };
}

/** `conflict`: the thing is not in the state that the command needs (409, 412, 423). */
export type CommandFailureKind = HttpFailureKind | 'conflict';

export interface CommandFailure {
  readonly ok: false;
  readonly failure: CommandFailureKind;
  /** One sentence without foreign text. */
  readonly reason: string;
  /** Whether the server may have seen it. */
  readonly sent: boolean;
  readonly status?: number;
  readonly header: (name: string) => string | undefined;
  /** The first bytes of a refusal, to tell kinds of refusal apart; never shown. */
  readonly body: Buffer;
}
export type CommandReply = HttpReply | CommandFailure;

export interface HttpCommands {
  readonly address: string;
  send(command: HttpCommand, signal: AbortSignal): Promise<CommandReply>;
  close(): Promise<void>;
}

export interface HttpCommandOptions {
  /** `http:` or `https:`; its path is put before every path. */
  readonly base: string;
  /** Sent with every command: credentials belong here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string;
  /** Milliseconds for one whole answer. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const nothing = Buffer.alloc(0);
const noHeader = () => undefined;

/** @throws FirebreakError FB-USAGE when the base is no http or https URL. */
export function openCommands(options: HttpCommandOptions): HttpCommands {
  const { base, credentials } = httpBase(options.base);
  const { timeoutMs = 15_000, maxBytes = 8 * 1024 * 1024 } = options;
  const dispatcher = dispatcherFor(base, options.ca);

  async function send(command: HttpCommand, signal: AbortSignal): Promise<CommandReply> {
    const url = urlBelow(base, command);
    if (url === undefined) return unsent('response-invalid', 'The address is not one of this server.');
    const timer = AbortSignal.timeout(timeoutMs);
    const sent = bodyOf(command);
    try {
      const response = await request(url, {
        dispatcher,
        method: command.method,
        headers: {
          'user-agent': 'firebreak',
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...credentials,
          ...lowerCased(options.headers ?? {}),
          ...(sent === undefined ? {} : { 'content-type': sent.type }),
          ...lowerCased(command.headers ?? {}),
        },
        body: sent?.body ?? null,
        signal: AbortSignal.any([signal, timer]),
      });
      const header = headerOf(response.headers);
      const body = await bytesUpTo(maxBytes, response.body);
      const { statusCode: status } = response;
      if (body === undefined) return { ...answered('too-large', 'The answer is longer than we read.'), status, header };
      const reply: HttpReply = { ok: true, status, header, body };
      if (status < 300) return reply;
      if (status < 400) return { ...answered('refused', 'It redirects, which is not followed.'), status, header };
      const { failure, reason } = refusedAnswer(reply, undefined);
      const kind = status === 409 || status === 412 || status === 423 ? 'conflict' : failure;
      return { ...answered(kind, reason), status, header, body: body.subarray(0, 4096) };
    } catch (error) {
      if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A command was stopped.', { cause: error });
      const { failure, reason } = brokenOff(error, timer.aborted);
      return { ok: false, failure, reason, sent: !neverLeft(error), header: noHeader, body: nothing };
    }
  }

  return {
    address: `${base.origin}${base.pathname.replace(/\/$/, '')}`,
    send,
    close: () => dispatcher.destroy(),
  };
}

function answered(failure: CommandFailureKind, reason: string): CommandFailure {
  return { ok: false, failure, reason, sent: true, header: noHeader, body: nothing };
}

function unsent(failure: CommandFailureKind, reason: string): CommandFailure {
  return { ...answered(failure, reason), sent: false };
}

function bodyOf({
  json,
  bytes,
}: HttpCommand): { readonly type: string; readonly body: string | Uint8Array } | undefined {
  if (bytes !== undefined) return { type: bytes.type, body: bytes.content };
  return json === undefined ? undefined : { type: 'application/json', body: JSON.stringify(json) };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
