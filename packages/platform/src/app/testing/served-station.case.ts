/** A station behind a real server on loopback, and clients of it by role. */
import type { Role } from '@firebreak/contract';
import { type DestinationStream, pino } from 'pino';
import { Authenticator, newSecret } from '../../http/authenticate.ts';
import { type Client, createClient } from '../../http/client.ts';
import { buildServer } from '../../http/server.ts';
import { handlersOf } from '../handlers/index.ts';
import type { Station } from '../station.ts';

export interface ServedStation {
  /** With a token of this role; made by an admin. */
  as(role: Role): Promise<Client>;
  close(): Promise<void>;
}

/** @param log everything that the server logs, requests too; nothing is logged without it */
export async function serveStation(station: Station, log?: DestinationStream): Promise<ServedStation> {
  const authenticator = new Authenticator(station.storage.authStore, station.clock);
  const { app } = await buildServer({
    handlers: handlersOf(station, authenticator),
    authenticator,
    logger: log === undefined ? pino({ level: 'silent' }) : pino({ level: 'trace' }, log),
    version: '1.2.3',
    console: undefined,
    checkAnswers: true,
  });
  const server = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  return {
    async as(role) {
      const { secret } = await authenticator.invite(`${role} person`, role === 'sensor' ? 'admin' : role, 'test');
      const { caller } = await authenticator.signIn(secret, undefined);
      const token = newSecret();
      const expiresAt = new Date(Date.now() + 3600_000);
      await station.storage.authStore.createToken({ secret: token, name: 'cli', role, owner: caller.id, expiresAt });
      return createClient({ server, token });
    },
    close: () => app.close().then(() => undefined),
  };
}
