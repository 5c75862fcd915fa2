/**
 * Changing GitHub, and trying what was changed: one command at a time. What must stay true:
 *
 * - a limit that is used up (403 or 429, told apart by headers and by the words "secondary rate limit") is `throttled`: nothing
 *   happened, and the runner comes again later;
 * - a listing is read to its end or not at all: from half of one nobody may conclude that something is gone;
 * - an app acts for itself by a token that it signs (RFC 7519), good for minutes and made for each request.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import {
  type CommandFailure,
  type CommandReply,
  type HttpCommand,
  openCommands,
} from '../../../exchange/http-command.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import { nextLink } from '../../../intake/http.ts';
import { hostOf } from './host.ts';

/** The key of a GitHub App that is ours: what the app itself is asked by. */
export interface AppKey {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
}
export interface ControlOptions {
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository?: string;
  readonly token?: string;
  readonly app?: AppKey;
}

export type JsonReply = { readonly ok: true; readonly value: unknown } | CommandFailure;
export type ListReply = { readonly ok: true; readonly items: readonly unknown[] } | CommandFailure;

export interface GithubControl {
  readonly address: string;
  /** In lower case. */
  readonly owner: string;
  readonly repository: string | undefined;
  /** Whether we come with a credential: without one GitHub lets us read what is public, and nothing else. */
  readonly isKnown: boolean;
  /** The app whose key we have. */
  readonly appId: number | undefined;
  /** Whose repositories these are (`github.com`), once `host` was asked. */
  readonly knownHost: () => string | undefined;
  host(signal: AbortSignal): Promise<string | CommandFailure>;
  read(path: string, signal: AbortSignal, as?: Actor): Promise<JsonReply>;
  list(path: string, key: string | undefined, signal: AbortSignal): Promise<ListReply>;
  send(command: HttpCommand, signal: AbortSignal, as?: Actor): Promise<CommandReply>;
  close(): Promise<void>;
}
export type Actor = 'token' | 'app';

/** 10,000 entries. */
const maxPages = 100;

export function openControl(options: ControlOptions): GithubControl {
  const http = openCommands({
    base: options.apiUrl,
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  });
  const key = options.app === undefined ? undefined : createPrivateKey(options.app.privateKey);
  let host: string | undefined;
  const owner = options.owner.toLowerCase();
  const repository = options.repository?.toLowerCase();

  async function send(command: HttpCommand, signal: AbortSignal, as: Actor = 'token'): Promise<CommandReply> {
    const bearer = as === 'app' ? appToken(options.app, key) : options.token;
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const reply = await http.send({ ...command, headers: { ...headers, ...command.headers } }, signal);
    return reply.ok || !asksToWait(reply)
      ? reply
      : { ...reply, failure: 'throttled', reason: 'The rate limit is used up for now.' };
  }

  async function read(path: string, signal: AbortSignal, as: Actor = 'token'): Promise<JsonReply> {
    const reply = await send({ method: 'GET', path }, signal, as);
    if (!reply.ok) return reply;
    const value = parsed(reply.body);
    return value === undefined ? invalid(reply.header, 'The answer is not JSON.') : { ok: true, value: value.json };
  }

  return {
    address: http.address,
    owner,
    repository,
    isKnown: options.token !== undefined,
    appId: options.app?.appId,
    knownHost: () => host,
    async host(signal) {
      if (host !== undefined) return host;
      const path = repository === undefined ? `/users/${part(owner)}` : `/repos/${part(owner)}/${part(repository)}`;
      const told = await read(path, signal);
      if (!told.ok) return told;
      host = hostOf(told.value, http.address);
      return host;
    },
    read,
    send,
    async list(path, listKey, signal) {
      const items: unknown[] = [];
      let next: string | undefined = `${path}${path.includes('?') ? '&' : '?'}per_page=100`;
      for (let page = 0; page < maxPages; page += 1) {
        const reply: CommandReply = await send({ method: 'GET', path: next }, signal);
        if (!reply.ok) return reply;
        const value = parsed(reply.body)?.json;
        const list = listKey === undefined ? value : field(value, listKey);
        if (!Array.isArray(list)) return invalid(reply.header, 'A listing is no list.');
        for (const item of array(list)) items.push(item);
        next = nextLink(reply.header('link'));
        if (next === undefined) return { ok: true, items };
      }
      return { ...invalid(() => undefined, 'The listing does not end.'), failure: 'endless' };
    },
    close: () => http.close(),
  };
}

function part(name: string): string {
  return encodeURIComponent(name);
}

function invalid(header: CommandFailure['header'], reason: string): CommandFailure {
  return { ok: false, failure: 'response-invalid', reason, sent: true, header, body: Buffer.alloc(0) };
}

/** GitHub says 403 (or 429) both for what is forbidden and for having asked too much. */
function asksToWait({ status, header, body }: CommandFailure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    header('retry-after') !== undefined ||
    header('x-ratelimit-remaining') === '0' ||
    body.includes('secondary rate limit')
  );
}

function parsed(body: Buffer): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return undefined;
  }
}

/** GitHub allows ten minutes, and clocks that are a minute apart. */
function appToken(app: AppKey | undefined, key: KeyObject | undefined): string | undefined {
  if (app === undefined || key === undefined) return undefined;
  const now = Math.floor(Date.now() / 1000);
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ iat: now - 60, exp: now + 300, iss: String(app.appId) })}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** The login of an account in an answer, in lower case. */
export function loginOf(value: unknown): string | undefined {
  return textAt(value, 'login')?.toLowerCase();
}
