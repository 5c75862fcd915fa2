/** What an action works with: the open tracking server, proven to be the one that its parameters name. */
import { type Attempt, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { type JsonDesk, jsonDesk, jsonExchange } from '../../../../exchange/json-desk.ts';
import type { MlflowSession } from '../../session.ts';

/** A server by its name, as facts have it. */
export const serverParam = z.string().min(1).max(512);
/** A name: one line. */
export const wordParam = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not one line');
export const versionParam = z.string().regex(/^\d{1,10}$/, 'not a version');

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export function deskOf({ session, signal }: Attempt<MlflowSession>, server: string): JsonDesk {
  if (session.kind === 'folder')
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.folder} is a folder of runs, not the server itself.`);
  if (session.server !== server)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${server}, the open server is ${session.server}.`);
  return jsonDesk(session.commands, signal);
}

/** @param name the thing that it changes, in words */
export function serverExchange<P extends { readonly server: string }>(name: (params: P) => string) {
  return jsonExchange<P, MlflowSession>((attempt, { server }) => deskOf(attempt, server), name);
}

/** A path with its query. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(query).toString()}`;
}
