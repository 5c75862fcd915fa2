/** A whole server on an embedded database, with handlers that the test brings and a clock that the test moves. */
import { type Role, type RouteName, routes } from '@firebreak/contract';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { type SettableClock, settableClock } from '../../kernel/settable-clock.ts';
import type { AuthStore } from '../../storage/auth-store.ts';
import { openStorage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';
import { Authenticator, newSecret, sessionCookie } from '../authenticate.ts';
import type { EventStream } from '../event-stream.ts';
import type { Handlers } from '../handlers.ts';
import { buildServer } from '../server.ts';

export interface ServerUnderTest {
  readonly app: FastifyInstance;
  readonly events: EventStream;
  readonly clock: SettableClock;
  readonly authenticator: Authenticator;
  readonly authStore: AuthStore;
  /** What the server logged, a JSON object each. */
  readonly log: string[];
  /** The headers of somebody who has signed in. */
  signedIn(role: Role, name?: string): Promise<{ cookie: string }>;
  /** The headers of a program whose token was made by somebody of this role. */
  withToken(role: Role, owner: Role): Promise<{ authorization: string; id: string }>;
  stop(): Promise<void>;
}

export interface Setup {
  readonly handlers?: Partial<Handlers>;
  readonly console?: string;
  readonly hosts?: readonly string[];
  readonly checkAnswers?: boolean;
  readonly webhooks?: ReadonlyMap<string, string>;
  readonly admit?: (bytes: number) => void;
}

export async function serverUnderTest(setup: Setup = {}): Promise<ServerUnderTest> {
  const server = await testServer();
  const clock = settableClock('2026-03-01T09:00:00.000Z');
  const storage = await openStorage({ url: await server.database() }, clock);
  const { authStore } = storage;
  const authenticator = new Authenticator(authStore, clock);
  const log: string[] = [];
  const { app, events } = await buildServer({
    handlers: { ...silentHandlers(), ...setup.handlers },
    authenticator,
    logger: pino({ level: 'warn' }, { write: (line: string) => log.push(line) }),
    version: '1.2.3',
    console: setup.console,
    hosts: setup.hosts ?? [],
    checkAnswers: setup.checkAnswers ?? false,
    webhooks: setup.webhooks ?? new Map(),
    admit: setup.admit,
  });
  let people = 0;

  async function signInAs(role: Role, name: string) {
    const { secret } = await authenticator.invite(name, role, 'test');
    return authenticator.signIn(secret, undefined);
  }

  return {
    app,
    events,
    clock,
    authenticator,
    authStore,
    log,
    signedIn: async (role, name) => {
      people += 1;
      const { secret } = await signInAs(role, name ?? `${role} ${people}`);
      return { cookie: `${sessionCookie}=${secret}` };
    },
    withToken: async (role, owner) => {
      people += 1;
      const { caller } = await signInAs(owner, `${owner} ${people}`);
      const secret = newSecret();
      const expiresAt = new Date(clock.now().getTime() + 3600_000);
      const { id } = await authStore.createToken({ secret, name: 'a program', role, owner: caller.id, expiresAt });
      return { authorization: `Bearer ${secret}`, id };
    },
    stop: async () => {
      await app.close();
      await storage.close();
      await server.stop();
    },
  };
}

/** Handlers that answer with the name of their route, which is no route's agreed answer. */
function silentHandlers(): Handlers {
  const names = Object.keys(routes) as RouteName[];
  return Object.fromEntries(names.map((name) => [name, async () => ({ handled: name })])) as unknown as Handlers;
}
