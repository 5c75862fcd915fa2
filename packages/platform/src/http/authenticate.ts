/**
 * Who may call what. A person trades a one-time link for a session cookie; a program sends a bearer token. Secrets are 256
 * random bits and live in the store as digests. Roles are ordered: each may do what those before it may.
 */
import { randomBytes } from 'node:crypto';
import { FirebreakError, type Role, roles } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import type { AuthStore } from '../storage/auth-store.ts';
import type { Caller } from './handlers.ts';

export const sessionCookie = 'firebreak_session';
const SESSION_MS = 12 * 3600 * 1000;
const LINK_MS = 24 * 3600 * 1000;

/** 256 random bits, safe in URLs, cookies and headers. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export class Authenticator {
  readonly #store: AuthStore;
  readonly #clock: Clock;

  constructor(store: AuthStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A link that lets one person in once. @returns its secret. */
  async invite(name: string | null, role: Role, by: string): Promise<{ secret: string; expiresAt: Date }> {
    const secret = newSecret();
    const expiresAt = new Date(this.#clock.now().getTime() + LINK_MS);
    await this.#store.createLink({ secret, name, role, expiresAt, createdBy: by });
    return { secret, expiresAt };
  }

  /** @throws FirebreakError FB-AUTH-LINK-USED, FB-USAGE when the name is taken. */
  async signIn(link: string, name: string): Promise<{ caller: Caller; secret: string; expiresAt: Date }> {
    const use = await this.#store.useLink(link, name);
    if (use.result === 'refused')
      throw new FirebreakError('FB-AUTH-LINK-USED', 'A link lets one person in, once, for a day.');
    if (use.result === 'name-taken')
      throw new FirebreakError('FB-USAGE', `Somebody else is called ${name}; choose another name.`);
    const secret = newSecret();
    const expiresAt = new Date(this.#clock.now().getTime() + SESSION_MS);
    await this.#store.createSession({ secret, principal: use.principal.id, expiresAt });
    return { caller: { ...use.principal, via: 'session' }, secret, expiresAt };
  }

  async signOut(secret: string): Promise<void> {
    await this.#store.endSession(secret);
  }

  /** The caller that a request's credentials prove, or undefined. A bearer token wins over a cookie. */
  async callerOf(credentials: { bearer: string | undefined; cookie: string | undefined }): Promise<Caller | undefined> {
    if (credentials.bearer !== undefined) {
      const token = await this.#store.token(credentials.bearer);
      if (token === null || token.expiresAt.getTime() <= this.#clock.now().getTime()) return undefined;
      return { id: token.owner.id, name: token.owner.name, role: token.role, via: 'token' };
    }
    if (credentials.cookie === undefined) return undefined;
    const session = await this.#store.session(credentials.cookie);
    return session === null ? undefined : { ...session.principal, via: 'session' };
  }
}

/** @throws FirebreakError FB-AUTH-REQUIRED, FB-AUTH-FORBIDDEN */
export function mustHaveRole(caller: Caller | undefined, needed: Role): Caller {
  if (caller === undefined)
    throw new FirebreakError('FB-AUTH-REQUIRED', 'The request carries no valid session or token.');
  if (roles.indexOf(caller.role) < roles.indexOf(needed)) {
    throw new FirebreakError('FB-AUTH-FORBIDDEN', `${caller.name} is ${caller.role}; this needs ${needed}.`);
  }
  return caller;
}
