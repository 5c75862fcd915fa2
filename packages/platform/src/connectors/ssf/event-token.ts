/** Security event tokens (RFC 8417) with the events of CAEP 1.0, as SSF 1.0 wants them: `sub_id` beside `events`, no `sub`, no `exp`. */
import { createHash } from 'node:crypto';
import type { SubjectIdentifier, signalEvents } from '@firebreak/contract';
import { SignJWT } from 'jose';
import type { SigningKey } from './signing-key.ts';

export type SignalEvent = (typeof signalEvents)[number];
const eventType = (event: SignalEvent) => `https://schemas.openid.net/secevent/caep/event-type/${event}`;

export interface Said {
  readonly iss: string;
  readonly aud: string;
  readonly jti: string;
  readonly event: SignalEvent;
  readonly subject: SubjectIdentifier;
  /** Further members of the event. */
  readonly more: Readonly<Record<string, string>>;
}

/** One for each step, receiver, event and subject: said twice, it is the same. */
export function jtiOf(key: string, receiver: string, event: SignalEvent, subject: SubjectIdentifier): string {
  const said = JSON.stringify([key, receiver, event, Object.entries(subject).sort()]);
  return createHash('sha256').update(said).digest('base64url');
}

/** Everything that an event says but for the moment. */
export function claimsOf({ iss, aud, jti, event, subject, more }: Said) {
  const about = {
    ...more,
    initiating_entity: 'admin',
    reason_admin: { en: 'Containment of a security incident by Firebreak.' },
  };
  return { iss, aud, jti, sub_id: subject, events: { [eventType(event)]: about } };
}

/** @param at seconds since 1970 */
export function signedEvent(said: Said, { key, kid }: SigningKey, at: number): Promise<string> {
  const claims = claimsOf(said);
  const events = Object.fromEntries(
    Object.entries(claims.events).map(([type, about]) => [type, { ...about, event_timestamp: at }]),
  );
  return new SignJWT({ ...claims, events, iat: at })
    .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid })
    .sign(key);
}
