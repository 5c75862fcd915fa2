/**
 * Who may come in: principals, browser sessions, API tokens and one-time links.
 *
 * Secrets (link, session cookie, token text) come in as they are and only their SHA-256 is stored: they are 256 random
 * bits, so a slow hash would add nothing. A name is a person: approvals of drastic steps count different names, so two
 * principals never share one, and a token acts in the name of whoever made it.
 */
import { type Role, roles } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import { sha256 } from '../kernel/digest.ts';
import { newId } from '../kernel/id.ts';
import type { Database } from './database.ts';

interface Principal {
  readonly id: string;
  /** Unique without regard to case. */
  readonly name: string;
  readonly role: Role;
}

interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** What the token may do; never more than its owner's own role at the time of use. */
  readonly role: Role;
  readonly owner: Principal;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

type LinkUse =
  | { readonly result: 'signed-in'; readonly principal: Principal }
  /** Never existed, was used, or has expired: the caller does not learn which. */
  | { readonly result: 'refused' }
  /** The link leaves the name open and somebody with another role has the chosen one. The link stays good. */
  | { readonly result: 'name-taken' };

export interface AuthStore {
  /** Whether anybody has ever signed in: decides about the bootstrap link. */
  anybody(): Promise<boolean>;
  /** `name` null lets the person who uses the link choose. */
  createLink(link: {
    secret: string;
    name: string | null;
    role: Role;
    expiresAt: Date;
    createdBy: string;
  }): Promise<void>;
  /**
   * Uses the link up and gives the principal with its name and role, made or updated. Of several callers with the same link
   * exactly one gets in. `name` counts only when the link leaves it open.
   */
  useLink(secret: string, name: string): Promise<LinkUse>;
  createSession(session: { secret: string; principal: string; expiresAt: Date }): Promise<void>;
  /** The principal of a live session. */
  session(secret: string): Promise<{ readonly principal: Principal; readonly expiresAt: Date } | null>;
  endSession(secret: string): Promise<void>;
  createToken(token: {
    secret: string;
    name: string;
    role: Role;
    owner: string;
    expiresAt: Date;
  }): Promise<{ readonly id: string }>;
  /** The live token, noting that it was used. */
  token(secret: string): Promise<ApiToken | null>;
  /** Newest first; expired ones included until they are swept, revoked ones not. */
  tokens(): Promise<readonly ApiToken[]>;
  /** False when there was none with this id. */
  revokeToken(id: string): Promise<boolean>;
  /** Deletes what has expired. */
  sweep(): Promise<void>;
}

export function createAuthStore(database: Database, clock: Clock): AuthStore {
  return {
    async anybody() {
      return (await database.query('select 1 from principal limit 1')).length > 0;
    },

    async createLink({ secret, name, role, expiresAt, createdBy }) {
      await database.query(
        'insert into invitation (secret_hash, name, role, created_by, expires_at) values ($1, $2, $3, $4, $5)',
        [hashed(secret), name, role, createdBy, expiresAt],
      );
    },

    useLink: (secret, name) =>
      database.transaction(async (tx) => {
        // of two with the same link the second waits here and then finds nothing
        const [link] = await tx.query<{ name: string | null; role: Role }>(
          'select name, role from invitation where secret_hash = $1 and expires_at > $2 for update',
          [hashed(secret), clock.now()],
        );
        if (link === undefined) return { result: 'refused' };
        const [principal] = await tx.query<Principal>(
          `insert into principal as p (id, name, role, created_at) values ($1, $2, $3, $4)
           on conflict (lower(name)) do update set role = excluded.role where $5 or p.role = excluded.role
           returning id, name, role`,
          [newId('prn'), link.name ?? name, link.role, clock.now(), link.name !== null],
        );
        if (principal === undefined) return { result: 'name-taken' };
        await tx.query('delete from invitation where secret_hash = $1', [hashed(secret)]);
        return { result: 'signed-in', principal };
      }),

    async createSession({ secret, principal, expiresAt }) {
      await database.query('insert into session (secret_hash, principal, expires_at) values ($1, $2, $3)', [
        hashed(secret),
        principal,
        expiresAt,
      ]);
    },

    async session(secret) {
      const [row] = await database.query<Principal & { expiresAt: Date }>(
        `select p.id, p.name, p.role, s.expires_at as "expiresAt"
         from session s join principal p on p.id = s.principal
         where s.secret_hash = $1 and s.expires_at > $2`,
        [hashed(secret), clock.now()],
      );
      if (row === undefined) return null;
      const { expiresAt, ...principal } = row;
      return { principal, expiresAt };
    },

    async endSession(secret) {
      await database.query('delete from session where secret_hash = $1', [hashed(secret)]);
    },

    async createToken({ secret, name, role, owner, expiresAt }) {
      const id = newId('tok');
      await database.query(
        `insert into api_token (id, secret_hash, name, role, owner, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [id, hashed(secret), name, role, owner, clock.now(), expiresAt],
      );
      return { id };
    },

    async token(secret) {
      const now = clock.now();
      const rows = await database.query<TokenRow>(
        `with t as (
           update api_token set last_used_at = $2 where secret_hash = $1 and expires_at > $2 returning *
         )
         select ${tokenColumns} from t join principal p on p.id = t.owner`,
        [hashed(secret), now],
      );
      return rows.map(apiToken)[0] ?? null;
    },

    async tokens() {
      const rows = await database.query<TokenRow>(
        `select ${tokenColumns} from api_token t join principal p on p.id = t.owner order by t.created_at desc, t.id`,
      );
      return rows.map(apiToken);
    },

    async revokeToken(id) {
      return (await database.query('delete from api_token where id = $1 returning id', [id])).length > 0;
    },

    async sweep() {
      const now = clock.now();
      await database.query('delete from invitation where expires_at <= $1', [now]);
      await database.query('delete from session where expires_at <= $1', [now]);
      await database.query('delete from api_token where expires_at <= $1', [now]);
    },
  };
}

const tokenColumns = `t.id, t.name, t.role, t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt",
  p.id as "ownerId", p.name as "ownerName", p.role as "ownerRole"`;

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly ownerRole: Role;
}

function apiToken({ ownerId, ownerName, ownerRole, ...token }: TokenRow): ApiToken {
  return {
    ...token,
    role: roles.indexOf(token.role) < roles.indexOf(ownerRole) ? token.role : ownerRole,
    owner: { id: ownerId, name: ownerName, role: ownerRole },
  };
}

function hashed(secret: string): Buffer {
  return Buffer.from(sha256(secret));
}
