/**
 * Changing a registry, and trying what was changed: one command at a time, with a token for what the command is about. A token that ran
 * out is fetched anew and the command sent again: a registry that says 401 has done nothing.
 */
import { type CommandFailure, type CommandReply, type HttpCommand, openCommands } from '../../exchange/http-command.ts';
import type { HttpFailure } from '../../intake/http.ts';
import type { House } from './house.ts';
import type { Registry } from './registry.ts';

export interface OciControl {
  readonly registry: Registry;
  readonly house: House;
  /** @param scope as in the token specification: `repository:a/b:pull,push` */
  send(command: HttpCommand, scope: string, signal: AbortSignal): Promise<CommandReply>;
  close(): Promise<void>;
}

export function openControl(registry: Registry, house: House, timeoutMs: number): OciControl {
  const http = openCommands({ base: registry.target.base, timeoutMs });

  async function send(command: HttpCommand, scope: string, signal: AbortSignal): Promise<CommandReply> {
    for (const anew of [false, true]) {
      const authorization = await registry.authorization(scope, signal, anew);
      if (typeof authorization === 'object') return withoutToken(authorization);
      const headers = { ...command.headers, ...(authorization === undefined ? {} : { authorization }) };
      const reply = await http.send({ ...command, headers }, signal);
      const isStale = !reply.ok && reply.failure === 'unauthorized' && authorization?.startsWith('Bearer ') === true;
      if (!isStale || anew) return reply;
    }
    throw new TypeError('unreachable');
  }

  return { registry, house, send, close: () => http.close() };
}

/** Nothing of the command itself has left. */
function withoutToken({ failure, reason, header }: HttpFailure): CommandFailure {
  const why = `No token for it: ${reason}`;
  return { ok: false, failure, reason: why, sent: false, header, body: Buffer.alloc(0) };
}
