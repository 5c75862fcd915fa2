/** Who legitimately uses a client, from the facts: itself, users for whom it acts, users who agreed. */
import type { Estate, Impact, Interruption } from '@firebreak/contract';
import { clientFactId, issuerId } from '../made.ts';
import { type OfClient, targetOf } from './client-change.ts';

const factOf = (estate: Estate, { issuer, client }: OfClient) =>
  estate.get('oauth.client', clientFactId(issuerId(issuer), client));

/** People sign in through it: somebody outside notices. */
export function actsForUsers(estate: Estate, of: OfClient): boolean {
  const grants = factOf(estate, of)?.data.grantTypes ?? [];
  return grants.some((grant) => grant === 'authorization_code' || grant === 'implicit' || grant === 'password');
}

/** In points of the same scale as the levers of other systems. */
export const fixedCost = {
  'disable-client': 5,
  'narrow-client': 2,
  'reject-earlier-tokens': 2,
  'revoke-tokens': 1,
} as const;

/** Who notices; one for each person who agreed, up to 10. */
export const weights = { service: 3, people: 4, 'each who agreed': 1 } as const;

export function clientImpact(estate: Estate, of: OfClient, by: keyof typeof fixedCost, what: string): Impact {
  const fact = factOf(estate, of);
  const own: Interruption = {
    who: { ...targetOf(of), name: fact?.data.name ?? of.client },
    what,
    weight: actsForUsers(estate, of) ? weights.people : weights.service,
  };
  const users = estate
    .all('oauth.grant')
    .filter(({ data }) => data.clientId === of.client && data.user !== undefined && data.issuer === fact?.data.issuer)
    .slice(0, 10)
    .map(({ id, data }) => ({
      who: { kind: 'Grant', id, name: `${data.user} to ${of.client}` },
      what,
      weight: weights['each who agreed'],
    }));
  const interrupts = [own, ...users];
  return { cost: interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[by]), interrupts };
}
