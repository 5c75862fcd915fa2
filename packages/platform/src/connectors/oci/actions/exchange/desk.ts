/** What an action works with: the open registry, proven to be the one that its parameters name. A layout in a folder has no control. */
import { type Attempt, type Change, FirebreakError, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import type { CommandReply, HttpCommand } from '../../../../exchange/http-command.ts';
import { readError, writeOutcome } from '../../../../exchange/outcome.ts';
import type { Exchange } from '../../../../exchange/state-change.ts';
import type { OciControl } from '../../control.ts';
import type { OciSession } from '../../session.ts';

export type OciAttempt = Attempt<OciSession>;

export const inRegistry = z.object({
  /** As image references name it. */
  registry: z.string().regex(/^[a-z0-9.[\]:-]{1,255}$/, 'not a registry'),
});
export type InRegistry = z.infer<typeof inRegistry>;
export const inRepository = inRegistry.extend({
  repository: z
    .string()
    .max(255)
    .regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/, 'not the name of a repository'),
});
export type InRepository = z.infer<typeof inRepository>;
export const digestParam = z.string().regex(/^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/, 'not a digest');

export interface Desk {
  readonly control: OciControl;
  readonly signal: AbortSignal;
  ask(command: HttpCommand, scope: string): Promise<CommandReply>;
  /** An answer, or null where there is no such thing. @throws FirebreakError where it cannot be told */
  find(command: HttpCommand, scope: string): Promise<Extract<CommandReply, { ok: true }> | null>;
}

/** One change, described before it is made: `preview` and `apply` are made of the same value. */
export interface Write extends Change {
  readonly make: (desk: Desk) => Promise<Outcome>;
}

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-SOURCE-OTHER */
export async function deskOf({ session, signal }: OciAttempt, params: InRegistry): Promise<Desk> {
  if (session.kind === 'layout')
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.folder} is a copy of images, not the registry itself.`);
  const { control } = session;
  if (!isOf(control, params)) {
    const open = control.registry.target.registry;
    throw new FirebreakError('FB-SOURCE-OTHER', `The step is about ${params.registry}, open is ${open}.`);
  }
  const ask: Desk['ask'] = (command, scope) => control.send(command, scope, signal);
  return {
    control,
    signal,
    ask,
    async find(command, scope) {
      const reply = await ask(command, scope);
      if (reply.ok) return reply;
      if (reply.failure === 'not-found') return null;
      throw readError(reply, `${command.method} ${command.path}`);
    },
  };
}

/** Whether a session is of the registry, and of the part of it, that parameters name. */
export function isOf({ registry: { target } }: OciControl, params: InRegistry): boolean {
  const repository = 'repository' in params ? String(params.repository) : undefined;
  const { registry, prefix } = target;
  if (registry !== params.registry) return false;
  return prefix === '' || repository === undefined || repository === prefix || repository.startsWith(`${prefix}/`);
}

/** How the actions of this folder change things. @param name of the thing, in words that continue a sentence */
export function through<P extends InRegistry>(name: (params: P) => string): Exchange<P, OciSession, Desk, Write> {
  return {
    desk: deskOf,
    send: (desk, write) => write.make(desk),
    show: ({ make: _, ...change }) => change,
    name,
  };
}

/** A change by the registry's API. `shown` in place of the bytes that are sent. */
export function request(
  change: Pick<Change, 'verb' | 'object'>,
  command: HttpCommand,
  scope: string,
  shown?: unknown,
): Write {
  const what = `${command.method} ${command.path}`;
  return {
    ...change,
    request: what,
    ...(shown === undefined ? {} : { body: shown }),
    async make({ ask }) {
      const reply = await ask(command, scope);
      return reply.ok ? { outcome: 'done' } : writeOutcome(reply, what);
    },
  };
}
