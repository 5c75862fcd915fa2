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
/** Who uses a link that was made for nobody by name and chooses none. */
const unnamed = 'operator';

export interface Credentials {
  readonly bearer: string | undefined;
  readonly cookie: string | undefined;
}

/** 256 random bits, safe in URLs, cookies and headers. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * A person's name in the form that is kept. Two persons must approve what is drastic, and the evidence names them, so two
 * names that look the same are the same, and none can be taken for a worker (`worker:…`) or break a line.
 *
 * @throws FirebreakError FB-USAGE
 */
export function personName(text: string): string {
  const name = text.normalize('NFKC').replace(/ +/g, ' ').trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@'+-]{0,79}$/u.test(name)) {
    throw new FirebreakError(
      'FB-USAGE',
      "A name is 1 to 80 letters, digits, spaces and . _ @ ' + -, a letter or digit first.",
    );
  }
  return name;
}

export class Authenticator {
  readonly #store: AuthStore;
  readonly #clock: Clock;

  constructor(store: AuthStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A link that lets one person in once. @throws FirebreakError FB-USAGE for a name that is none. */
  async invite(name: string | null, role: Role, by: string): Promise<{ secret: string; expiresAt: Date }> {
    const secret = newSecret();
    const expiresAt = this.#in(LINK_MS);
    const kept = name === null ? null : personName(name);
    await this.#store.createLink({ secret, name: kept, role, expiresAt, createdBy: by });
    return { secret, expiresAt };
  }

  /** @throws FirebreakError FB-AUTH-LINK-USED, FB-USAGE when the name is taken or none. */
  async signIn(link: string, chosen: string | undefined): Promise<{ caller: Caller; secret: string; expiresAt: Date }> {
    const name = personName(chosen ?? unnamed);
    const use = await this.#store.useLink(link, name);
    if (use.result === 'refused')
      throw new FirebreakError('FB-AUTH-LINK-USED', 'A link lets one person in, once, for a day.');
    if (use.result === 'name-taken')
      throw new FirebreakError('FB-USAGE', `Somebody else is called ${name}; choose another name.`);
    const secret = newSecret();
    const expiresAt = this.#in(SESSION_MS);
    await this.#store.createSession({ secret, principal: use.principal.id, expiresAt });
    return { caller: { ...use.principal, via: 'session' }, secret, expiresAt };
  }

  async signOut(secret: string): Promise<void> {
    await this.#store.endSession(secret);
  }

  /**
   * The caller that a request's credentials prove, or undefined. A bearer token counts before a cookie, also when it is bad:
   * a program that sends one must not act in the name of whoever's cookie came along.
   */
  async callerOf({ bearer, cookie }: Credentials): Promise<Caller | undefined> {
    if (bearer !== undefined) {
      const token = await this.#store.token(bearer);
      return token === null
        ? undefined
        : { id: token.owner.id, name: token.owner.name, role: token.role, via: 'token' };
    }
    if (cookie === undefined) return undefined;
    const session = await this.#store.session(cookie);
    return session === null ? undefined : { ...session.principal, via: 'session' };
  }

  #in(milliseconds: number): Date {
    return new Date(this.#clock.now().getTime() + milliseconds);
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
