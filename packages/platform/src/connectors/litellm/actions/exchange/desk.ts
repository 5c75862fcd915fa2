/**
 * What an action works with: the open proxy, proven to be the one that its parameters name. Commands go to LiteLLM's management API as
 * its own console sends them; what it answers to a read is parsed by the action.
 */
import { type Attempt, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { type JsonDesk, jsonDesk, jsonExchange } from '../../../../exchange/json-desk.ts';
import type { LitellmSession } from '../../session.ts';

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

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export function deskOf({ session, signal }: Attempt<LitellmSession>, server: string): JsonDesk {
  if (session.kind === 'file')
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.file} is the file of a proxy, not the proxy itself.`);
  if (session.server !== server)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${server}, the open proxy is ${session.server}.`);
  return jsonDesk(session.commands, signal);
}

/** How every action of ours reaches its proxy. @param name the thing that it changes, in words */
export function proxyExchange<P extends { readonly server: string }>(name: (params: P) => string) {
  return jsonExchange<P, LitellmSession>((attempt, { server }) => deskOf(attempt, server), name);
}
