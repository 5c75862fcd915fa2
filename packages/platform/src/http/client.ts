/**
 * The HTTP API from a program's side, derived from the contract's routes: method and path come from the data, answers are
 * parsed by the schemas that the server promises, its errors come out as the errors that they were.
 */
import {
  catalogue,
  type ErrorCode,
  errorSchema,
  FirebreakError,
  type Route,
  type RouteName,
  routes,
} from '@firebreak/contract';
import type { z } from 'zod';

type Routes = typeof routes;
type Part<Name extends RouteName, Key extends 'params' | 'query' | 'body'> = Routes[Name] extends {
  readonly [key in Key]: infer Schema extends z.ZodType;
}
  ? { readonly [key in Key]: z.input<Schema> }
  : unknown;

/** What a route wants: those of `params`, `query` and `body` that it declares. */
export type RequestOf<Name extends RouteName> = Part<Name, 'params'> & Part<Name, 'query'> & Part<Name, 'body'>;
export type AnswerOf<Name extends RouteName> = Routes[Name] extends { readonly returns: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : never;

export interface Client {
  /**
   * @throws FirebreakError the server's own, FB-SERVER-UNREACHABLE without an answer, FB-ANSWER-INVALID for one that is not
   * as agreed, FB-CANCELLED when the signal ends it.
   */
  call<Name extends RouteName>(name: Name, request: RequestOf<Name>, signal: AbortSignal): Promise<AnswerOf<Name>>;
  /** The bytes of a route that answers with a file. @throws as `call` */
  download<Name extends RouteName>(
    name: Name,
    request: RequestOf<Name>,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** More than the ledger of a long incident takes; a server that sends more is none of ours. */
const maxAnswerBytes = 512 << 20;

/** @param server origin, such as `http://127.0.0.1:7447` */
export function createClient({ server, token }: { readonly server: URL; readonly token: string }): Client {
  async function send(name: RouteName, { params = {}, query = {}, body }: Parts, signal: AbortSignal) {
    const route: Route = routes[name];
    const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])));
    const address = new URL(path, server);
    for (const [key, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(key, String(value));
    const response = await fetch(address, {
      method: route.method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': isLines(body) ? 'application/x-ndjson' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isLines(body) ? body : JSON.stringify(body) }),
      // The token is for this server and for no other that it may name.
      redirect: 'error',
      signal,
    }).catch((cause: unknown) => {
      throw broken(cause, signal);
    });
    if (!response.ok) throw refusal(await read(response, signal), response.status);
    return response;
  }

  return {
    async call(name, request, signal) {
      const route: Route = routes[name];
      if (route.returns === undefined) throw new Error(`route ${name} has no JSON answer`);
      const response = await send(name, request as Parts, signal);
      const parsed = route.returns.safeParse(parseJson(await read(response, signal), response.status));
      if (parsed.success) return parsed.data as never;
      const [issue] = parsed.error.issues;
      throw new FirebreakError('FB-ANSWER-INVALID', `At ${issue?.path.join('.') || 'the top'}: ${issue?.message}.`);
    },

    async *download(name, request, signal) {
      const response = await send(name, request as Parts, signal);
      yield* pieces(response, signal);
    },
  };
}

/** Bytes are lines of JSON already, as they were written. */
const isLines = (body: unknown): body is Uint8Array<ArrayBuffer> => body instanceof Uint8Array;

async function* pieces(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (cause) {
    throw broken(cause, signal);
  }
}

async function read(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pieces(response, signal)) {
    size += chunk.length;
    if (size > maxAnswerBytes)
      throw new FirebreakError('FB-ANSWER-INVALID', `It is longer than ${maxAnswerBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function broken(cause: unknown, signal: AbortSignal): FirebreakError {
  return signal.aborted
    ? new FirebreakError('FB-CANCELLED', 'It was interrupted before the server had answered.', { cause })
    : new FirebreakError('FB-SERVER-UNREACHABLE', 'The connection could not be made or broke off.', { cause });
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FirebreakError('FB-ANSWER-INVALID', `It answered ${status} with something that is not JSON.`, { cause });
  }
}

function refusal(text: string, status: number): FirebreakError {
  const parsed = errorSchema.safeParse(parseJson(text, status));
  if (!parsed.success || !isCode(parsed.data.code))
    return new FirebreakError('FB-ANSWER-INVALID', `It answered ${status} without an error of the catalogue.`);
  const { code, why, detail } = parsed.data;
  return new FirebreakError(code, why, detail === undefined ? {} : { detail });
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
