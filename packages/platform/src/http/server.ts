/**
 * The HTTP server: binds the contract's routes to handlers. Every request is parsed by the route's schemas before a handler
 * sees it, every answer is written from what the handler returns, every failure is `{code, what, why, next}`.
 *
 * Against a browser on the same machine that was lured elsewhere: the Host header must be one of ours (DNS rebinding), the
 * cookie is SameSite=Strict and HttpOnly, and a request that changes something must be JSON from our own origin.
 */

import { Readable } from 'node:stream';
import cookie from '@fastify/cookie';
import { catalogue, FirebreakError, type Route, type RouteName, routes } from '@firebreak/contract';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { type Authenticator, mustHaveRole, sessionCookie } from './authenticate.ts';
import { serveConsole } from './console-files.ts';
import { EventStream } from './event-stream.ts';
import type { Caller, FileAnswer, HandlerRequest, Handlers, OwnRoute } from './handlers.ts';
import { openApi } from './open-api.ts';

export interface ServerOptions {
  readonly handlers: Handlers;
  readonly authenticator: Authenticator;
  readonly logger: FastifyBaseLogger;
  readonly version: string;
  /** Folder of the built console; undefined serves the API alone. */
  readonly console: string | undefined;
  /** Further host names (without port) under which a proxy in front reaches us. */
  readonly hosts?: readonly string[];
}

export interface Server {
  readonly app: FastifyInstance;
  readonly events: EventStream;
}

export async function buildServer(options: ServerOptions): Promise<Server> {
  const app: FastifyInstance = fastify({
    loggerInstance: options.logger,
    bodyLimit: 1 << 20,
    forceCloseConnections: true,
    disableRequestLogging: true,
  });
  const events = new EventStream();
  await app.register(cookie);
  app.addHook('onRequest', async (request) => guardOrigin(request, options.hosts ?? []));
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  for (const name of Object.keys(routes) as RouteName[]) bind(app, name, options, events);
  app.get('/api/openapi.json', async () => openApi(options.version));
  app.all('/api/*', async (request) => {
    throw new FirebreakError('FB-NOT-FOUND', `There is no ${request.method} ${request.url.slice(0, 200)}.`);
  });
  await serveConsole(app, options.console);
  app.addHook('onClose', async () => events.close());
  return { app, events };
}

function bind(app: FastifyInstance, name: RouteName, options: ServerOptions, events: EventStream): void {
  const route: Route = routes[name];
  const { authenticator, version } = options;
  const own: Record<
    OwnRoute,
    (request: FastifyRequest, reply: FastifyReply, caller: Caller | undefined) => Promise<unknown>
  > = {
    health: async () => ({ ok: true, version }),
    me: async (_request, _reply, caller) => asPrincipal(caller as Caller),
    signIn: async (request, reply) => {
      const { link, name: chosen } = parse(routes.signIn.body, request.body, 'body');
      const { caller, secret, expiresAt } = await authenticator.signIn(link, chosen ?? 'responder');
      reply.setCookie(sessionCookie, secret, { path: '/', httpOnly: true, sameSite: 'strict', expires: expiresAt });
      return asPrincipal(caller);
    },
    signOut: async (request, reply) => {
      const secret = request.cookies[sessionCookie];
      if (secret !== undefined) await authenticator.signOut(secret);
      reply.clearCookie(sessionCookie, { path: '/' });
      return { ok: true };
    },
    events: async (request, reply) => events.connect(request, reply),
  };

  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      const caller =
        route.role === 'public'
          ? undefined
          : mustHaveRole(await authenticator.callerOf(credentialsOf(request)), route.role);
      if (name in own) {
        await reply.header('cache-control', 'no-store');
        return own[name as OwnRoute](request, reply, caller);
      }
      const gone = new AbortController();
      request.raw.once('aborted', () => gone.abort(new FirebreakError('FB-CANCELLED', 'The client went away.')));
      const handler = options.handlers[name as Exclude<RouteName, OwnRoute>] as (
        r: HandlerRequest<unknown>,
      ) => Promise<unknown>;
      const answer = await handler({
        params: route.params === undefined ? undefined : parse(route.params, request.params, 'path'),
        query: route.query === undefined ? undefined : parse(route.query, request.query, 'query'),
        body: route.body === undefined ? undefined : parse(route.body, request.body ?? {}, 'body'),
        caller: caller as Caller,
        signal: gone.signal,
      } as HandlerRequest<unknown>);
      reply.header('cache-control', 'no-store');
      if (route.returns !== undefined) return reply.type('application/json').send(JSON.stringify(answer));
      const file = answer as FileAnswer;
      return reply
        .type(route.produces ?? 'application/octet-stream')
        .header('content-disposition', `attachment; filename="${file.name}"`)
        .send(Readable.from(file.chunks));
    },
  });
}

function asPrincipal({ name, role, via }: Caller) {
  return { name, role, via };
}

function credentialsOf(request: FastifyRequest) {
  const header = request.headers.authorization;
  const bearer = header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined;
  return { bearer, cookie: request.cookies[sessionCookie] };
}

/** @throws FirebreakError FB-USAGE naming the first field that does not fit. */
function parse<T>(
  schema: {
    safeParse: (value: unknown) => {
      success: boolean;
      data?: T;
      error?: { issues: readonly { path: PropertyKey[]; message: string }[] };
    };
  },
  value: unknown,
  part: string,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as T;
  const [issue] = parsed.error?.issues ?? [];
  throw new FirebreakError(
    'FB-USAGE',
    `In the ${part}${issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`}: ${issue?.message ?? 'wrong form'}.`,
  );
}

/** @throws FirebreakError FB-AUTH-FORBIDDEN for a host name that is not ours or a change asked for by another site. */
function guardOrigin(request: FastifyRequest, hosts: readonly string[]): void {
  const host = hostOnly(request.headers.host ?? '');
  if (!['127.0.0.1', 'localhost', '[::1]', ...hosts].includes(host)) {
    throw new FirebreakError('FB-AUTH-FORBIDDEN', 'The Host header is not one of ours.');
  }
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin } = request.headers;
  if (origin !== undefined && originHost(origin) !== request.headers.host) {
    throw new FirebreakError('FB-AUTH-FORBIDDEN', 'The request comes from another site.');
  }
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

function hostOnly(host: string): string {
  return host.replace(/:\d+$/, '');
}

function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof FirebreakError) return reply.status(catalogue[error.code].status).send(error.toJSON());
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return reply.status(status).send(new FirebreakError('FB-USAGE', (error as Error).message).toJSON());
  }
  reply.log.error(error);
  return reply.status(500).send(new FirebreakError('FB-INTERNAL', 'See the log of the server.').toJSON());
}
