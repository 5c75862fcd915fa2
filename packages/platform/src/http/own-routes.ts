/** The routes about the connection itself: sign in and out, who am I, the event stream. */
import type { routes } from '@firebreak/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Authenticator, type Credentials, sessionCookie } from './authenticate.ts';
import type { EventStream } from './event-stream.ts';
import type { Answer, Caller, HandlerRequest, OwnRoute } from './handlers.ts';

/** The bare exchange, for those who set cookies or take over the connection. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type OwnHandlers = {
  readonly [Name in OwnRoute]: (
    request: HandlerRequest<(typeof routes)[Name]>,
    exchange: Exchange,
  ) => Promise<Name extends 'events' ? undefined : Answer<(typeof routes)[Name]>>;
};

export function ownRoutes(authenticator: Authenticator, events: EventStream, version: string): OwnHandlers {
  return {
    health: async () => ({ ok: true, version }),

    me: async ({ caller }) => asPrincipal(caller),

    signIn: async ({ body }, { request, reply }) => {
      const { caller, secret, expiresAt } = await authenticator.signIn(body.link, body.name);
      reply.setCookie(sessionCookie, secret, { ...cookieOptions(request), expires: expiresAt });
      return asPrincipal(caller);
    },

    signOut: async (_, { request, reply }) => {
      const secret = request.cookies[sessionCookie];
      if (secret !== undefined) await authenticator.signOut(secret);
      reply.clearCookie(sessionCookie, cookieOptions(request));
      return { ok: true };
    },

    events: async (_, { request, reply }) => {
      const credentials = credentialsOf(request);
      events.connect(reply, async () => (await authenticator.callerOf(credentials)) !== undefined);
      return undefined;
    },
  };
}

/** @param tokenIn a header for the token of those who can set no `Authorization` */
export function credentialsOf(request: FastifyRequest, tokenIn?: string): Credentials {
  const [, token] = /^bearer\b(.*)$/i.exec(request.headers.authorization ?? '')?.map((part) => part.trim()) ?? [];
  const other = tokenIn === undefined ? undefined : request.headers[tokenIn];
  const bearer = token ?? (typeof other === 'string' ? other.trim() : undefined);
  return { bearer, cookie: request.cookies[sessionCookie] };
}

/** Behind a proxy that speaks TLS the browser says so in the Origin of its request; then the cookie never leaves TLS. */
function cookieOptions(request: FastifyRequest) {
  const secure = request.headers.origin?.startsWith('https:') === true;
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}

function asPrincipal({ name, role, via }: Caller) {
  return { name, role, via };
}
