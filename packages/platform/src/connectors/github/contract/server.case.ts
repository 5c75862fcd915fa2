/**
 * GitHub's API as its own description says it is, on loopback: every request is held against the description and every answer
 * is GitHub's example with the world of the test filled in, and is held against it as well. Paths, parameters and shapes are so
 * GitHub's own and not ours; what differs from it is a fault, which the tests ask for at the end.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Description, Method } from './description.case.ts';

/** By path: what to fill into GitHub's example, or a status. A listing is what its elements are filled with. */
export type Told =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly is: unknown };
export type World = Readonly<Record<string, Told>>;

/** A request that is GitHub's, for a world that changes. */
export interface Act {
  readonly method: Method;
  readonly template: string;
  readonly values: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** The `authorization` header. */
  readonly authorization: string;
}
/** What a changing world says: a refusal, or a status with what is filled into GitHub's example. Undefined: it does not know. */
export type Acted =
  | { readonly status: number; readonly is?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | undefined;

export interface ContractServer {
  readonly url: string;
  /** Requests and answers that are not GitHub's. */
  readonly faults: readonly string[];
  /** Paths that were asked for, with their query. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ContractOptions {
  readonly description: Description;
  readonly world: World;
  /** What the world does not tell: GitHub's example, or that it is not there. */
  readonly otherwise: 'example' | 404;
  readonly token?: string;
  /** What changes. It is asked first, also whether the credential is good. */
  readonly acts?: (act: Act) => Acted;
  /** Where a server of one's own has the API: `/api/v3`. */
  readonly prefix?: string;
  /** Entries of a page, whatever was asked for: to see paging with few. */
  readonly pageSize?: number;
}

export async function contractServer(options: ContractOptions): Promise<ContractServer> {
  const faults: string[] = [];
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { prefix = '' } = options;
    if (!url.pathname.startsWith(`${prefix}/`)) faults.push(`${url.pathname}: not below ${prefix}`);
    url.pathname = url.pathname.slice(prefix.length);
    asked.push(`${url.pathname}${url.search}`);
    try {
      answer(options, request, response, url, faults, await bodyOf(request));
    } catch (error) {
      faults.push(`${url.pathname}: ${String(error)}`);
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${options.prefix ?? ''}`,
    faults,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(
  { description, world, otherwise, token, prefix = '', pageSize, acts }: ContractOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  faults: string[],
  body: unknown,
): void {
  const say = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  const method = (request.method ?? 'GET').toLowerCase() as Method;
  if (method !== 'get' && acts === undefined) faults.push(`${method} ${url.pathname}: only reading was expected`);
  if (request.headers['x-github-api-version'] !== '2022-11-28') faults.push(`${url.pathname}: no API version`);
  if (acts === undefined && token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
    say(401, { message: 'Bad credentials' });
    return;
  }
  const operation = description.operation(url.pathname, method);
  if (operation === undefined) {
    faults.push(`${method} ${url.pathname}: GitHub has no such address`);
    say(404, { message: 'Not Found' });
    return;
  }
  for (const fault of description.faults(operation, url.searchParams)) faults.push(`${url.pathname}: ${fault}`);
  for (const fault of description.bodyFaults(operation, body)) faults.push(`${method} ${url.pathname}: ${fault}`);
  const acted = acts?.({
    method,
    template: operation.template,
    values: operation.values,
    query: url.searchParams,
    body: body as Act['body'],
    authorization: request.headers.authorization ?? '',
  });
  if (acted !== undefined && acted.status >= 400) {
    say(acted.status, { message: 'No' }, acted.headers);
    return;
  }
  if (acted !== undefined) {
    const status = String(acted.status);
    if (acted.is === undefined) {
      for (const fault of description.answerFaults(operation, undefined, status))
        faults.push(`${method} ${url.pathname}: the answer ${fault}`);
      response.writeHead(acted.status, acted.headers).end();
      return;
    }
    const value = description.completed(operation, filled(description.example(operation, status), acted.is), status);
    for (const fault of description.answerFaults(operation, value, status))
      faults.push(`${method} ${url.pathname}: the answer ${fault}`);
    const page = paged(value, url, `http://${request.headers.host}${prefix}`, pageSize);
    say(acted.status, page.value, page.next === undefined ? {} : { link: `<${page.next}>; rel="next"` });
    return;
  }
  const told =
    world[decodeURIComponent(`${url.pathname}${withoutPaging(url)}`)] ?? world[decodeURIComponent(url.pathname)];
  if (told !== undefined && 'status' in told) {
    say(told.status, { message: 'No' }, told.headers);
    return;
  }
  if (told === undefined && otherwise === 404) {
    say(404, { message: 'Not Found' });
    return;
  }
  const example = description.example(operation);
  const value = told === undefined ? example : description.completed(operation, filled(example, told.is));
  for (const fault of told === undefined ? [] : description.answerFaults(operation, value))
    faults.push(`${url.pathname}: the answer ${fault}`);
  const page = paged(value, url, `http://${request.headers.host}${prefix}`, pageSize);
  say(200, page.value, page.next === undefined ? {} : { link: `<${page.next}>; rel="next"` });
}

/** JSON, or nothing. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
}

function withoutPaging(url: URL): string {
  const rest = new URLSearchParams(url.search);
  rest.delete('per_page');
  rest.delete('page');
  return rest.size === 0 ? '' : `?${rest}`;
}

/** GitHub's example with the world's values in place of its own; lists are as long as the world's. */
function filled(example: unknown, told: unknown): unknown {
  if (Array.isArray(told)) {
    const [element] = Array.isArray(example) ? example : [];
    return told.map((each) => filled(element, each));
  }
  if (typeof told !== 'object' || told === null) return told;
  const base = typeof example === 'object' && example !== null && !Array.isArray(example) ? example : {};
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(told)) {
    if (value === undefined) delete result[key];
    else result[key] = filled((base as Record<string, unknown>)[key], value);
  }
  return result;
}

function paged(
  value: unknown,
  url: URL,
  origin: string,
  pageSize: number | undefined,
): { value: unknown; next?: string } {
  const asked = Number(url.searchParams.get('per_page') ?? '0');
  if (asked === 0) return { value };
  const size = pageSize ?? asked;
  const key = Array.isArray(value)
    ? undefined
    : Object.keys(value as object).find((name) => Array.isArray((value as Record<string, unknown>)[name]));
  const list = key === undefined ? value : (value as Record<string, unknown>)[key];
  if (!Array.isArray(list)) return { value };
  const page = Number(url.searchParams.get('page') ?? '1');
  const part = list.slice((page - 1) * size, page * size);
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  return {
    value: key === undefined ? part : { ...(value as object), total_count: list.length, [key]: part },
    ...(page * size < list.length ? { next: `${origin}${next.pathname}${next.search}` } : {}),
  };
}
