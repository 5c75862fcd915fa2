/**
 * The HTTP server: binds the contract's routes to handlers. Every request is parsed by the route's schemas before a handler
 * sees it, every answer is written from what the handler returns, every failure is `{code, what, why, next}`.
 */
import cookie from '@fastify/cookie';
import { type Route, type RouteName, routes } from '@firebreak/contract';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Authenticator } from './authenticate.ts';
import { type BoundHandler, bindRoute } from './bind-route.ts';
import { notFound, serveConsole } from './console-files.ts';
import { EventStream } from './event-stream.ts';
import { refuseGarbage, sendFailure } from './failure.ts';
import type { Handlers } from './handlers.ts';
import { readForeignBodies } from './intake/bodies.ts';
import { openApi } from './open-api.ts';
import { ownRoutes } from './own-routes.ts';
import { ownSiteOnly } from './own-site.ts';
import { serveVerifierPage } from './verifier-page.ts';

export interface ServerOptions {
  readonly handlers: Handlers;
  readonly authenticator: Authenticator;
  readonly logger: FastifyBaseLogger;
  readonly version: string;
  /** Folder of the built console; undefined serves the API alone. */
  readonly console: string | undefined;
  /** File of the built verifier page. */
  readonly verifierPage?: string | undefined;
  /** Names beside loopback under which we are reached, without port. */
  readonly hosts?: readonly string[];
  /** Opens the routes that are scraped, and no other. */
  readonly scrapeToken?: string | undefined;
  /** Secrets of webhooks that sign, by the name in their path. */
  readonly webhooks?: ReadonlyMap<string, string>;
  /** Asked before a body of events is read (`BindOptions`). */
  readonly admit?: ((bytes: number) => void | Promise<void>) | undefined;
  /** Holds every answer against the contract, for tests. */
  readonly checkAnswers?: boolean;
}

export interface Server {
  readonly app: FastifyInstance;
  readonly events: EventStream;
}

/** Most of a URL is a path parameter; the schemas of the contract say how long each may be. */
const maxParamLength = 16 * 1024;

export async function buildServer(options: ServerOptions): Promise<Server> {
  const { authenticator, checkAnswers = false, webhooks = new Map() } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: options.logger,
    bodyLimit: 1 << 20,
    forceCloseConnections: true,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength },
    frameworkErrors: (error, _request, reply) => void sendFailure(error, reply),
    clientErrorHandler: refuseGarbage,
  });
  // JSON or nothing: a page of another site can send plain text without asking first.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, _request, reply) => sendFailure(error, reply));
  app.addHook('onRequest', ownSiteOnly(options.hosts ?? []));
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  await app.register(cookie);

  const events = new EventStream();
  app.addHook('preClose', async () => events.close());
  const handlers = { ...options.handlers, ...ownRoutes(authenticator, events, options.version) };
  const { scrapeToken, admit } = options;
  const binding = { authenticator, checkAnswers, webhooks, scrapeToken, admit };
  const bind = (scope: FastifyInstance, of: (route: Route) => boolean) => {
    for (const name of Object.keys(routes) as RouteName[])
      if (of(routes[name])) bindRoute(scope, routes[name], handlers[name] as BoundHandler, binding);
  };
  bind(app, ({ intake }) => intake === undefined);
  await app.register(async (scope) => {
    readForeignBodies(scope);
    bind(scope, ({ intake }) => intake !== undefined);
  });
  const description = openApi(options.version);
  app.get('/api/openapi.json', async () => description);
  app.all('/api/*', async (request) => notFound(request));
  serveVerifierPage(app, options.verifierPage);
  await serveConsole(app, options.console);
  return { app, events };
}
