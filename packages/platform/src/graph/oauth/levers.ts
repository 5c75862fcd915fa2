/**
 * Levers on clients. Each takes a step away from a fresh collect by itself: a disabled client has none; a scope that a client was given
 * in another way as well (by a user, by a role of its account) is not gone when its registration is narrowed.
 */
import { type Estate, type Fact, type FactId, type Lever, lever, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type ClientFact, scopeNode } from './clients.ts';

function namedBy(
  estate: Estate,
  id: NodeId,
): { readonly issuer: string; readonly client: string; readonly fact: ClientFact } | undefined {
  const fact = estate.get('oauth.client', id);
  const issuer = fact === undefined ? undefined : estate.get('oauth.issuer', fact.data.issuer)?.data.issuer;
  // Without its address nobody can be asked.
  return fact === undefined || issuer === undefined ? undefined : { issuer, client: fact.data.clientId, fact };
}

export function disableClient(estate: Estate, id: NodeId): readonly Lever[] {
  const named = namedBy(estate, id);
  return named === undefined ? [] : [lever('oauth.disable-client', { issuer: named.issuer, client: named.client })];
}

const grantsByClient: (estate: Estate) => ReadonlyMap<string, readonly Fact<'oauth.grant'>[]> = perEstate((estate) =>
  Map.groupBy(estate.all('oauth.grant'), ({ data }) => grantKey(data.issuer, data.clientId)),
);
const grantKey = (issuer: FactId, client: string) => `${issuer} ${client}`;

/** Nothing where the client would be left without any scope, or has it otherwise. */
export function narrowScope(estate: Estate, id: NodeId, to: NodeId): readonly Lever[] {
  const named = namedBy(estate, id);
  if (named === undefined) return [];
  const { issuer, client, fact } = named;
  const { scopes, issuer: of } = fact.data;
  const taken = scopes.filter((scope) => scopeNode(of, scope) === to);
  const otherwise = (grantsByClient(estate).get(grantKey(of, client)) ?? []).some(({ data }) =>
    [...data.scopes, ...data.roles].some((scope) => scopeNode(of, scope) === to),
  );
  if (taken.length === 0 || taken.length === scopes.length || otherwise) return [];
  return [lever('oauth.narrow-client', { issuer, client, scopes: taken, grants: [] })];
}

/** Nothing where it is the client's only grant. */
export function narrowGrant(estate: Estate, id: NodeId, grant: string): readonly Lever[] {
  const named = namedBy(estate, id);
  if (named === undefined) return [];
  const { issuer, client, fact } = named;
  const { grantTypes, keeper } = fact.data;
  // Keycloak deletes the client's account with the grant.
  if (keeper === 'keycloak' || grantTypes.every((each) => each === grant)) return [];
  return [lever('oauth.narrow-client', { issuer, client, scopes: [], grants: [grant] })];
}
