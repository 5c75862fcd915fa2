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

/** Points of the scale of the other levers: batch 1, service 3, people 4; and one for each of them who agreed, up to 10. */
export function clientImpact(estate: Estate, of: OfClient, fixed: number, what: string): Impact {
  const fact = factOf(estate, of);
  const own: Interruption = {
    who: { ...targetOf(of), name: fact?.data.name ?? of.client },
    what,
    weight: actsForUsers(estate, of) ? 4 : 3,
  };
  const users = estate
    .all('oauth.grant')
    .filter(({ data }) => data.clientId === of.client && data.user !== undefined && data.issuer === fact?.data.issuer)
    .slice(0, 10)
    .map(({ id, data }) => ({ who: { kind: 'Grant', id, name: `${data.user} to ${of.client}` }, what, weight: 1 }));
  const interrupts = [own, ...users];
  return { cost: interrupts.reduce((sum, { weight }) => sum + weight, fixed), interrupts };
}
