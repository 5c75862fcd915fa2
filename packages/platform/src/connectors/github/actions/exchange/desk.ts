/**
 * What an action works with: the open API, proven to be that of the host and owner which its parameters name. Files have no
 * control, and another owner's session is refused before anything is asked of a repository.
 *
 * Whether something is there is told by its listing. GitHub says 404 of one thing both when it is not there and when our token may
 * not see it, and from that nobody may conclude that it is gone.
 */
import { type Attempt, type Change, FirebreakError, type NodeId, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import type { CommandFailure, CommandReply, HttpCommand } from '../../../../exchange/http-command.ts';
import { readError, writeOutcome } from '../../../../exchange/outcome.ts';
import type { Exchange } from '../../../../exchange/state-change.ts';
import type { Actor, GithubControl } from '../../api/control.ts';
import type { GithubSession } from '../../session.ts';

export type GithubAttempt = Attempt<GithubSession>;

const host = z.string().regex(/^[a-z0-9.-]{1,253}(:\d{1,5})?$/, 'not a host');
const owner = /^(?!\.{1,2}$)[\w.-]{1,100}$/;
const fullName = z
  .string()
  .refine(
    (name) => name.split('/').length === 2 && name.split('/').every((part) => owner.test(part)),
    'not owner/name',
  );

/** A thing of one repository. */
export const inRepository = z.object({ host, repository: fullName });
export type InRepository = z.infer<typeof inRepository>;
/** A thing of an account, or of one repository of it: `acme` or `acme/models`. */
export const inSource = z.object({ host, source: z.union([fullName, z.string().regex(owner, 'not an account')]) });
export type InSource = z.infer<typeof inSource>;
export type InGithub = InRepository | InSource;

export interface Desk {
  readonly control: GithubControl;
  readonly signal: AbortSignal;
  /** @throws FirebreakError where it cannot be told */
  get(path: string, as?: Actor): Promise<unknown>;
  /** Null for 404: for what our token surely may see. */
  find(path: string): Promise<unknown>;
  list(path: string, key?: string): Promise<readonly unknown[]>;
}

/** One request that changes something, described before it is sent: `preview` and `apply` are made of the same value. */
export interface Write {
  readonly verb: Change['verb'];
  readonly object: NodeId;
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
  /** Whose request it is; that of our token when absent. */
  readonly as?: Actor;
}

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-SOURCE-OTHER, or what asking failed by */
export async function deskOf({ session, signal }: GithubAttempt, params: InGithub): Promise<Desk> {
  const { control } = session;
  if (control === undefined)
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.address} holds files of GitHub, not the API itself.`);
  const known = await control.host(signal);
  if (typeof known !== 'string') throw readError(known, 'Asking whose API it is');
  if (!isOf(control, params)) {
    const open = `${known}/${control.repository === undefined ? control.owner : `${control.owner}/${control.repository}`}`;
    throw new FirebreakError(
      'FB-SOURCE-OTHER',
      `The step is about ${params.host}/${sourceOf(params)}, open is ${open}.`,
    );
  }
  return {
    control,
    signal,
    async get(path, as) {
      const reply = await control.read(path, signal, as);
      if (reply.ok) return reply.value;
      throw readError(reply, `GET ${path}`);
    },
    async find(path) {
      const reply = await control.read(path, signal);
      if (reply.ok) return reply.value;
      if (reply.failure === 'not-found') return null;
      throw readError(reply, `GET ${path}`);
    },
    async list(path, key) {
      const reply = await control.list(path, key, signal);
      if (reply.ok) return reply.items;
      throw readError(reply, `GET ${path}`);
    },
  };
}

/** Whether a session is of the owner, and of the repository, that parameters name. */
export function isOf(control: GithubControl, params: InGithub): boolean {
  const [account, repository] = sourceOf(params).toLowerCase().split('/');
  return (
    control.knownHost() === params.host &&
    control.owner === account &&
    (control.repository === undefined || control.repository === repository)
  );
}

/** How the actions of this folder change things. @param name of the thing, in words that continue a sentence */
export function through<P extends InGithub>(name: (params: P) => string): Exchange<P, GithubSession, Desk, Write> {
  return { desk: deskOf, send, show: changeOf, name };
}

export function changeOf({ verb, object, method, path, json }: Write): Change {
  return { verb, object, request: `${method} ${path}`, ...(json === undefined ? {} : { body: json }) };
}

export async function send({ control, signal }: Desk, { method, path, json, as }: Write): Promise<Outcome> {
  const command: HttpCommand = { method, path, ...(json === undefined ? {} : { json }) };
  const reply = await control.send(command, signal, as);
  if (reply.ok) return { outcome: 'done' };
  // It was in its listing a moment ago: somebody else was faster, or our token may not change it.
  if (method === 'DELETE' && reply.failure === 'not-found')
    return { outcome: 'unknown', reason: `${method} ${path}: GitHub says that it is not there.` };
  return writeOutcome(reply, `${method} ${path}`);
}

/** One request that tries what somebody else would try. Its answer is evidence, whatever it is. */
export async function trial(
  { control, signal }: Desk,
  command: HttpCommand,
): Promise<{ readonly reply: CommandReply; readonly shown: string }> {
  const reply = await control.send(command, signal);
  return { reply, shown: reply.ok ? `status ${reply.status}` : shownFailure(reply) };
}

function shownFailure({ status, reason }: CommandFailure): string {
  return status === undefined ? reason : `status ${status}`;
}

/** `/repos/acme/models`, or `/orgs/acme`. */
export function basePath(params: InGithub): string {
  const [account = '', name] = sourceOf(params).split('/').map(encodeURIComponent);
  return name === undefined ? `/orgs/${account}` : `/repos/${account}/${name}`;
}

function sourceOf(params: InGithub): string {
  return 'repository' in params ? params.repository : params.source;
}

/** As facts name a repository. */
export function repositoryName({ host: of, repository }: InRepository): { host: string; path: string } {
  return { host: of, path: repository.toLowerCase() };
}
/** The node that stands for being able to write to it. */
export function gitNode(kind: string, { host: of, repository }: InRepository, ...rest: readonly string[]): NodeId {
  return [`git:${kind}/${of}/${repository}`, ...rest.map(encodeURIComponent)].join('/');
}
