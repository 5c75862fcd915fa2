import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { rolesForWebIdentity } from '../../aws/federation.ts';
import { spiffeName } from '../../names/spiffe-id.ts';
import { svidsOf } from '../../spiffe/workloads.ts';

/** The workload chooses the audience of a JWT-SVID, so only issuer and subject decide. */
export default {
  label: 'SVID_OPENS_ROLE',
  from: ['Identity'],
  to: ['Role'],
  needs: ['spiffe.entry', 'spiffe.template', 'spiffe.trust-domain', 'aws.role', 'aws.oidc-provider'],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Exchanges a token of its SPIFFE ID for the role’s credentials.',
    why: 'The role trusts the issuer of the trust domain, for this subject.',
    cut: 'Take the subject out of the role’s trust policy.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

/** Every SPIFFE ID that is given to somebody, with a fact that says so. */
const identities: (estate: Estate) => ReadonlyMap<string, string> = perEstate((estate) => {
  const byUri = new Map<string, string>();
  for (const { id, data } of estate.all('spiffe.entry')) byUri.set(data.spiffeId, id);
  for (const { identity, facts } of svidsOf(estate)) {
    const uri = `spiffe://${identity.slice(identity.indexOf('/') + 1)}`;
    const [first] = facts;
    if (first !== undefined && !byUri.has(uri)) byUri.set(uri, first);
  }
  return byUri;
});

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const [subject, fact] of identities(estate)) {
    const name = spiffeName(subject);
    const domain = estate.get('spiffe.trust-domain', `spiffe:TrustDomain/${name?.trustDomain}`);
    const issuer = domain?.data.jwtIssuer;
    if (name === undefined || domain === undefined || issuer === undefined) continue;
    for (const { role: to, decision, because, facts } of rolesForWebIdentity(estate, { issuer, subject }))
      yield {
        from: `spiffe:Identity/${name.trustDomain}${name.path}`,
        to,
        facts: [fact, domain.id, ...facts],
        note: because,
        ...(decision === 'allow' ? {} : { likelihood: 0.5 }),
      };
  }
}
