/**
 * Binds one route of the contract: who asks is settled before a byte of the body is read, everything that comes in is
 * parsed by the route's schemas before the handler sees it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { FirebreakError, type Route } from '@firebreak/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Authenticator, mustHaveRole } from './authenticate.ts';
import type { Caller, FileAnswer, HandlerRequest } from './handlers.ts';
import { foreignBody, sendOtlp } from './intake/bodies.ts';
import { signed, unpacked } from './intake/unpacked.ts';
import { credentialsOf, type Exchange } from './own-routes.ts';

/** A handler whose route is no longer known to the type checker. */
export type BoundHandler = (request: HandlerRequest<unknown>, exchange: Exchange) => Promise<unknown>;

export interface BindOptions {
  readonly authenticator: Authenticator;
  /** Holds every answer against the route's `returns`. It costs a second pass over each answer: for tests. */
  readonly checkAnswers: boolean;
  /** Opens the routes that are scraped, and no other. */
  readonly scrapeToken?: string | undefined;
  /** Secrets of webhooks that sign, by the name in their path. */
  readonly webhooks: ReadonlyMap<string, string>;
  /** Asked before a body of events is read, with its bytes as far as they are told. @throws FirebreakError when it is not to be sent now */
  readonly admit?: ((bytes: number) => void | Promise<void>) | undefined;
}

export function bindRoute(app: FastifyInstance, route: Route, handle: BoundHandler, options: BindOptions): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const { role, intake, maxBodyBytes: mostBytes = 1 << 20 } = route;

  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    bodyLimit: mostBytes,
    config: { bytes: intake?.bytes === true } as object,
    onRequest: async (request) => {
      if (role === 'public' || (route.scraped === true && isScraper(request, options.scrapeToken))) return;
      const caller = await options.authenticator.callerOf(credentialsOf(request, intake?.tokenIn));
      const mayAsSensor = intake !== undefined && caller?.role === 'sensor';
      callers.set(request, mayAsSensor ? caller : mustHaveRole(caller, role));
    },
    ...(intake === undefined
      ? {}
      : {
          preParsing: async (request: FastifyRequest, _reply: FastifyReply, payload: Readable) => {
            await options.admit?.(Number(request.headers['content-length'] ?? 0));
            return intake.signed === true
              ? signed(request, payload, secretOf(request, options.webhooks), mostBytes)
              : unpacked(request, payload, mostBytes);
          },
        }),
    handler: async (request, reply) => {
      const parsed = {
        params: parsePart('path', route.params, request.params),
        query: parsePart('query', route.query, request.query),
        body: parsePart(
          'body',
          route.body,
          intake === undefined ? (request.body === undefined ? {} : request.body) : foreignBody(request, intake),
        ),
        caller: callers.get(request),
        signal: untilGone(reply),
      };
      const answer = await handle(parsed as HandlerRequest<unknown>, { request, reply });
      if (reply.sent) return reply;
      if (route.returns === undefined) return sendFile(reply, route, answer as FileAnswer);
      if (options.checkAnswers) mustBeAsAgreed(route, route.returns, answer);
      if (intake?.otlp !== undefined) return sendOtlp(request, reply, answer);
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
    },
  });
}

/** Compared by digest, so that the time that it takes tells nothing. */
function isScraper(request: FastifyRequest, token: string | undefined): boolean {
  const { bearer } = credentialsOf(request);
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return bearer !== undefined && token !== undefined && timingSafeEqual(digest(bearer), digest(token));
}

function secretOf({ params }: FastifyRequest, webhooks: ReadonlyMap<string, string>): string | undefined {
  return webhooks.get((params as { name?: string }).name ?? '');
}

/** @throws FirebreakError FB-USAGE naming the first field that does not fit. */
function parsePart(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new FirebreakError('FB-USAGE', `In the ${part}${where}: ${issue?.message ?? 'wrong form'}.`);
}

/** Aborts when the connection closes before the answer is out. (The request's own `close` comes as soon as it is read.) */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new FirebreakError('FB-CANCELLED', 'The client went away.'));
  });
  return gone.signal;
}

function sendFile(reply: FastifyReply, route: Route, file: FileAnswer): FastifyReply {
  if (file.name !== undefined)
    reply.header('content-disposition', `attachment; filename="${file.name.replaceAll(/[^\w.-]/g, '_')}"`);
  return reply.type(route.produces ?? 'application/octet-stream').send(Readable.from(file.chunks));
}

/** An answer that says more than agreed is as wrong as one that says less: it may carry what was not meant to leave. */
function mustBeAsAgreed(route: Route, schema: z.ZodType, answer: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(answer));
  const parsed = schema.safeParse(sent);
  const where = `${route.method} ${route.path}`;
  if (!parsed.success) throw new Error(`${where} answers against the contract: ${parsed.error.message}`);
  if (!isDeepStrictEqual(parsed.data, sent)) throw new Error(`${where} answers more than the contract says`);
}
