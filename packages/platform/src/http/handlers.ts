/**
 * What the server needs from the rest of the system: one function for each route of the contract, typed by that route.
 * `app/handlers/` provides them; the server adds sign-in, parsing and error form.
 */
import type { Role, Route, RouteName, routes } from '@firebreak/contract';
import type { z } from 'zod';

/** Who is asking. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'token';
}

type Parsed<R, Part extends keyof Route> = R extends { readonly [P in Part]: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

export interface HandlerRequest<R> {
  readonly params: Parsed<R, 'params'>;
  readonly query: Parsed<R, 'query'>;
  readonly body: Parsed<R, 'body'>;
  readonly caller: R extends { readonly role: 'public' } ? undefined : Caller;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** A file to send instead of JSON. */
export interface FileAnswer {
  /** Under which it is saved; absent for what is read as it is. */
  readonly name?: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export type Answer<R> = R extends { readonly returns: infer Schema extends z.ZodType } ? z.input<Schema> : FileAnswer;
type Handler<R> = (request: HandlerRequest<R>) => Promise<Answer<R>>;

/** Routes that the server answers by itself: they are about the connection, not about the estate. */
export type OwnRoute = 'health' | 'signIn' | 'signOut' | 'me' | 'events';

export type Handlers = { readonly [Name in Exclude<RouteName, OwnRoute>]: Handler<(typeof routes)[Name]> };
