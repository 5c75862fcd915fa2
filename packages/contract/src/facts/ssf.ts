/**
 * Receivers of security events (OpenID Shared Signals Framework 1.0) to which Firebreak is registered as a transmitter, as facts: whom
 * they can be told of and how they name them. No key, no token.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

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
  /**
   * Which nodes it knows, as a selector, and by which subject identifier (RFC 9493): members with `${name}`, `${id}`, `${detail.…}`.
   * `credential`: that it is told when a credential of theirs is given up, and of which kind that is (CAEP).
   */
  subjects: list(
    z.object({ node: line(1024), as: z.record(z.string(), z.string().max(2048)), credential: maybe(line(64)) }),
  ),
});
export type SsfReceiver = z.infer<typeof ssfReceiver>;

export const ssfFactSchemas = { 'ssf.receiver': ssfReceiver } as const;

/** Subject identifiers (RFC 9493): of which session or credential an event speaks, in the words of its receiver. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');

export const subjectIdentifier = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('account'),
    uri: z
      .string()
      .max(2048)
      .regex(/^acct:[^\s@]+@[^\s@]+$/, 'not an acct URI'),
  }),
  z.strictObject({
    format: z.literal('email'),
    email: z
      .string()
      .max(320)
      .regex(/^[^\s@]+@[^\s@]+$/, 'not an address'),
  }),
  z.strictObject({ format: z.literal('iss_sub'), iss: text(2048), sub: text(2048) }),
  z.strictObject({ format: z.literal('opaque'), id: text(2048) }),
  z.strictObject({
    format: z.literal('phone_number'),
    phone_number: z.string().regex(/^\+[0-9]{3,15}$/, 'not a number (E.164)'),
  }),
  z.strictObject({
    format: z.literal('did'),
    url: z
      .string()
      .max(2048)
      .regex(/^did:[a-z0-9]+:\S+$/, 'not a DID URL'),
  }),
  z.strictObject({
    format: z.literal('uri'),
    uri: z
      .string()
      .max(2048)
      .regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'not a URI'),
  }),
  z.strictObject({ format: z.literal('jwt_id'), iss: text(2048), jti: text(2048) }),
]);
export type SubjectIdentifier = z.infer<typeof subjectIdentifier>;
