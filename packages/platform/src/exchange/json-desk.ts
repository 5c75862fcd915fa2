/** A management API that takes and gives JSON, as levers use it: a read is an answer or its absence, a write is sent at most once. */
import { type Attempt, FirebreakError } from '@firebreak/contract';
import type { HttpCommand, HttpCommands } from './http-command.ts';
import { readError, writeOutcome } from './outcome.ts';
import type { Exchange } from './state-change.ts';

export interface JsonDesk {
  readonly commands: HttpCommands;
  readonly signal: AbortSignal;
  /** What the server answers, or null where it has no such thing. @throws FirebreakError where it cannot be told */
  get(path: string): Promise<unknown>;
}

/** One command that changes something, described before it is sent. */
export interface JsonWrite {
  readonly verb: 'patch' | 'create' | 'delete';
  /** The node that it is about. */
  readonly object: string;
  readonly method: HttpCommand['method'];
  readonly path: string;
  readonly body: unknown;
}

export function jsonDesk(commands: HttpCommands, signal: AbortSignal): JsonDesk {
  return {
    commands,
    signal,
    async get(path) {
      const reply = await commands.send({ method: 'GET', path }, signal);
      const what = `GET ${path.replace(/\?.*/s, '')}`;
      if (!reply.ok) {
        if (reply.failure === 'not-found') return null;
        throw readError(reply, what);
      }
      try {
        return JSON.parse(reply.body.toString('utf8')) as unknown;
      } catch {
        throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', `${what}: the answer is not JSON.`);
      }
    },
  };
}

/** @param desk the open server, proven to be the one that the parameters name. @param name the thing that is changed, in words */
export function jsonExchange<P, S>(
  desk: (attempt: Attempt<S>, params: P) => JsonDesk,
  name: (params: P) => string,
): Exchange<P, S, JsonDesk, JsonWrite> {
  return {
    desk: async (attempt, params) => desk(attempt, params),
    async send({ commands, signal }, { method, path, body }) {
      const reply = await commands.send({ method, path, json: body }, signal);
      return reply.ok ? { outcome: 'done' } : writeOutcome(reply, `${method} ${path}`);
    },
    show: ({ verb, object, method, path, body }) => ({ verb, object, request: `${method} ${path}`, body }),
    name,
  };
}
