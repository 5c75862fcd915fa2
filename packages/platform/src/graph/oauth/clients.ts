/** Nodes of issuers, clients, their secrets and what these are for. */
import type { Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { oidcIssuerId } from '../names/oidc-issuer.ts';

export type ClientFact = Fact<'oauth.client'>;

/** The issuer's own node where its address is known: others name it by that. */
export function issuerNode(estate: Estate, fact: FactId): NodeId {
  const issuer = estate.get('oauth.issuer', fact)?.data.issuer;
  return issuer === undefined ? fact : oidcIssuerId(issuer);
}

export function secretNode(client: ClientFact): NodeId {
  return `oauth:ClientSecret/${client.id.slice(client.id.indexOf('/') + 1)}`;
}
export function scopeNode(issuer: FactId, scope: string): NodeId {
  return `oauth:Scope/${issuer.slice(issuer.indexOf('/') + 1)}/${scope}`;
}

/** Why a code of this client can go astray, in words; undefined when its redirects are exact and guarded. */
export function looseRedirect(client: ClientFact): string | undefined {
  const { redirectUris } = client.data;
  if (redirectUris.some((uri) => uri === '*' || uri === '/*' || /^https?:\/\/[^/]*\*/.test(uri))) return 'any host';
  if (redirectUris.some((uri) => uri.includes('*'))) return 'any path';
  const plain = redirectUris.some((uri) => /^http:\/\/(?!localhost|127\.|\[::1\])/.test(uri));
  return plain ? 'without TLS' : undefined;
}

/** Grant types by which a client gets tokens for itself, without a user. */
export function actsAlone(client: ClientFact): boolean {
  return client.data.enabled && client.data.grantTypes.includes('client_credentials');
}
