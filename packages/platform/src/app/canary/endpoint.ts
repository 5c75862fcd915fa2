/**
 * Servers that a canary's description names: they are asked once each time, bounded in time and bytes, without following redirects.
 * Keys come from variables of the server whose names begin with FIREBREAK_CANARY_, so that a description cannot have other secrets sent
 * to an address of its choice.
 */
import { FirebreakError } from '@firebreak/contract';
import { type CommandReply, openCommands } from '../../exchange/http-command.ts';

const mostBytes = 2 << 20;

export interface Asked {
  readonly address: string;
  readonly keyFrom?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface OpenEndpoint {
  get(path: string, signal: AbortSignal): Promise<CommandReply>;
  post(path: string, json: unknown, signal: AbortSignal): Promise<CommandReply>;
  close(): Promise<void>;
}

/** @throws FirebreakError FB-USAGE when the variable is not set */
export function openEndpoint({ address, keyFrom, headers = {}, timeoutMs }: Asked): OpenEndpoint {
  const key = keyFrom === undefined ? undefined : process.env[keyFrom];
  if (keyFrom !== undefined && key === undefined)
    throw new FirebreakError('FB-USAGE', `The server has no variable ${keyFrom}.`);
  const bearer = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const commands = openCommands({ base: address, headers: { ...headers, ...bearer }, timeoutMs, maxBytes: mostBytes });
  return {
    get: (path, signal) => commands.send({ method: 'GET', path }, signal),
    post: (path, json, signal) => commands.send({ method: 'POST', path, json }, signal),
    close: () => commands.close(),
  };
}

/** What a reply says as JSON; undefined where it is none. */
export function jsonOf(reply: CommandReply): unknown {
  if (!reply.ok) return undefined;
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
