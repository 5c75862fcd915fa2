/**
 * OAuth and OpenID Connect as facts: issuers (RFC 8414, OpenID discovery), clients (RFC 7591 metadata and what Keycloak, Hydra and
 * oidc-provider keep), grants that users or the client's own account hold. No secret, no token: that there is a secret, how old it
 * is and when it ends.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const id = z.string().min(1).max(2048);
const seconds = maybe(z.number().nonnegative());

export const oauthIssuer = z.object({
  /** With scheme, as tokens say it; absent where only the name of a realm is known. */
  issuer: maybe(line(2048)),
  name: line(512),
  grantTypes: list(line(128)),
  scopes: list(line(256)),
  tokenEndpointAuthMethods: list(line(128)),
  /** Whether clients register themselves: the metadata names an endpoint for it. */
  registration: z.enum(['offered', 'none', 'unknown']),
  pkce: maybe(z.boolean()),
  accessTokenSeconds: seconds,
  refreshTokenSeconds: seconds,
});

export const oauthClient = z.object({
  issuer: id,
  clientId: line(512),
  name: maybe(line(512)),
  enabled: z.boolean(),
  /** Without a secret of its own. */
  public: z.boolean(),
  grantTypes: list(line(128)),
  /** Without queries and secret parts; `*` kept. */
  redirectUris: list(line(2048)),
  scopes: list(line(256)),
  audiences: list(line(512)),
  authMethod: maybe(line(128)),
  secret: maybe(
    z.object({
      inFile: z.boolean(),
      created: maybe(line(40)),
      /** Absent when it does not end. */
      expires: maybe(line(40)),
    }),
  ),
  accessTokenSeconds: seconds,
  refreshTokenSeconds: seconds,
  created: maybe(line(40)),
  owner: maybe(line(512)),
  /** What tokens that it gets for itself say as subject, where it is known. */
  subject: maybe(line(512)),
  /** Who keeps it, where that decides how it can be changed. */
  keeper: maybe(z.enum(['keycloak'])),
  /** How many tokens of it the responder has, to be revoked; absent for none. */
  heldTokens: maybe(z.number().int().positive()),
});

export const oauthGrant = z.object({
  issuer: id,
  clientId: line(512),
  /** Who gave it: a user by name; absent for the client's own account. */
  user: maybe(line(512)),
  scopes: list(line(256)),
  roles: list(line(512)),
  created: maybe(line(40)),
  lastUsed: maybe(line(40)),
});

export const oauthFactSchemas = {
  'oauth.issuer': oauthIssuer,
  'oauth.client': oauthClient,
  'oauth.grant': oauthGrant,
} as const;
export type OauthFactKind = keyof typeof oauthFactSchemas;
