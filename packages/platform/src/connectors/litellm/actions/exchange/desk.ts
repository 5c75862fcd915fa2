/**
 * What an action works with: the open proxy, proven to be the one that its parameters name. Commands go to LiteLLM's management API as
 * its own console sends them; what it answers to a read is parsed by the action.
 */
import { type Attempt, FirebreakError, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import type { HttpCommand } from '../../../../exchange/http-command.ts';
import { readError, writeOutcome } from '../../../../exchange/outcome.ts';
import type { Exchange } from '../../../../exchange/state-change.ts';
import type { LitellmSession, ProxySession } from '../../session.ts';

/** A proxy by its name, as facts have it. */
export const serverParam = z.string().min(1).max(512);
/** SHA-256 of a virtual key, in hex. */
export const tokenParam = z.string().regex(/^[0-9a-f]{64}$/, 'not the hash of a key');
/** A name, or an id that the proxy gave: one line. */
export const wordParam = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not one line');

export interface Desk {
  readonly session: ProxySession;
  readonly signal: AbortSignal;
  /** What the proxy answers, or null where it has no such thing. @throws FirebreakError where it cannot be told */
  get(path: string): Promise<unknown>;
}

/** One command that changes something, described before it is sent. */
export interface Write {
  readonly verb: 'patch' | 'create' | 'delete';
  /** The node that it is about. */
  readonly object: string;
  readonly method: HttpCommand['method'];
  readonly path: string;
  readonly body: unknown;
}

export type LitellmAttempt = Attempt<LitellmSession>;

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export function deskOf({ session, signal }: LitellmAttempt, server: string): Desk {
  if (session.kind === 'file')
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.file} is the file of a proxy, not the proxy itself.`);
  if (session.server !== server)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${server}, the open proxy is ${session.server}.`);
  return {
    session,
    signal,
    async get(path) {
      const reply = await session.commands.send({ method: 'GET', path }, signal);
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

async function send({ session, signal }: Desk, { method, path, body }: Write): Promise<Outcome> {
  const reply = await session.commands.send({ method, path, json: body }, signal);
  return reply.ok ? { outcome: 'done' } : writeOutcome(reply, `${method} ${path}`);
}

/** How every action of ours reaches its proxy. @param name the thing that it changes, in words */
export function proxyExchange<P extends { readonly server: string }>(
  name: (params: P) => string,
): Exchange<P, LitellmSession, Desk, Write> {
  return {
    desk: async (attempt, { server }) => deskOf(attempt, server),
    send,
    show: ({ verb, object, method, path, body }) => ({ verb, object, request: `${method} ${path}`, body }),
    name,
  };
}
