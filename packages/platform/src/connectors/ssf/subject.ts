/** Subject identifiers (RFC 9493): of which session or credential an event speaks, in the words of its receiver. */
import { z } from 'zod';

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
