/**
 * Receivers of security events (OpenID Shared Signals Framework 1.0) to which Firebreak is registered as a transmitter, as facts: whom
 * they can be told of and how they name them. No key, no token.
 */
import { z } from 'zod';
import { line, list } from './lenient.ts';

export const signalEvents = ['session-revoked', 'credential-change'] as const;

export const ssfReceiver = z.object({
  /** The transmitter, as `iss` of the events. */
  transmitter: line(2048),
  receiver: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'not a name of a receiver'),
  audience: line(2048),
  delivery: z.enum(['push', 'poll']),
  /** Where it is told, for push; without secret parts. */
  address: z.string().max(2048),
  events: list(z.enum(signalEvents)),
  /** Which nodes it knows, as a selector, and by which subject identifier (RFC 9493): members with `${name}`, `${id}`, `${detail.…}`. */
  subjects: list(z.object({ node: line(1024), as: z.record(z.string(), z.string().max(2048)) })),
});
export type SsfReceiver = z.infer<typeof ssfReceiver>;

export const ssfFactSchemas = { 'ssf.receiver': ssfReceiver } as const;
