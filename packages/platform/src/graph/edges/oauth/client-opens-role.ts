import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { rolesForWebIdentity } from '../../aws/federation.ts';
import { actsAlone } from '../../oauth/clients.ts';
import { disableClient, narrowGrant } from '../../oauth/levers.ts';

/** Only clients that get tokens for themselves: who else signs in is not in the facts. */
export default {
  label: 'CLIENT_OPENS_ROLE',
  from: ['Client'],
  to: ['Role'],
  needs: ['oauth.client', 'oauth.issuer', 'aws.role', 'aws.oidc-provider'],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Exchanges a token of the client for the role’s credentials.',
    why: 'The role trusts this issuer, for this subject and audience.',
    cut: 'Disable the client or take the grant away from it, or the subject out of the role’s trust policy.',
  },
  severedBy: ['oauth.narrow-client', 'oauth.disable-client'],
  derive,
  levers: ({ from }, estate) => [...narrowGrant(estate, from, 'client_credentials'), ...disableClient(estate, from)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const client of estate.all('oauth.client')) {
    const { issuer: fact, clientId, subject, audiences } = client.data;
    const issuer = estate.get('oauth.issuer', fact)?.data.issuer;
    if (issuer === undefined || !actsAlone(client)) continue;
    // RFC 9068: where a client gets a token for itself, the subject is the client, unless the issuer has an account for it.
    const identity = { issuer, subject: subject ?? clientId, claims: { azp: clientId, client_id: clientId } };
    const asked = audiences.length === 0 ? [clientId] : audiences;
    for (const audience of asked)
      for (const { role: to, decision, because, facts } of rolesForWebIdentity(estate, { ...identity, audience }))
        yield {
          from: client.id,
          to,
          facts: [client.id, fact, ...facts],
          note: because,
          ...(decision === 'allow' ? {} : { likelihood: 0.5 }),
        };
  }
}
