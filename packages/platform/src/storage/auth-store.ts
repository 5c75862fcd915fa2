/**
 * Who may come in: principals, browser sessions, API tokens and one-time links.
 *
 * Secrets (link, session cookie, token text) come in as they are and only their SHA-256 is stored: they are 256 random
 * bits, so a slow hash would add nothing. A name is a person: approvals of drastic steps count different names, so two
 * principals never share one, and a token acts in the name of whoever made it.
 */
import type { Role } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import { sha256 } from '../kernel/digest.ts';
import { newId } from '../kernel/id.ts';
import type { Database } from './database.ts';

export interface Principal {
  readonly id: string;
  /** Unique without regard to case. */
  readonly name: string;
  readonly role: Role;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** What the token may do; never more than its owner's own role at the time of use. */
  readonly role: Role;
  readonly owner: Principal;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

export type LinkUse =
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
