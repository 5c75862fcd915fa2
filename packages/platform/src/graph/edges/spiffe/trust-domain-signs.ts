import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { oidcIssuerId } from '../../names/oidc-issuer.ts';

export default {
  label: 'TRUST_DOMAIN_SIGNS',
  from: ['TrustDomain'],
  to: ['Issuer'],
  needs: ['spiffe.trust-domain'],
  techniques: ['T1606.002'],
  traverse: 'seconds',
  explain: {
    what: 'Signs tokens that others accept as the issuer’s.',
    why: 'The trust domain’s keys are those of the issuer.',
    cut: 'Rotate the keys of the trust domain.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('spiffe.trust-domain'))
    if (data.jwtIssuer !== undefined) yield { from, to: oidcIssuerId(data.jwtIssuer), facts: [from] };
}
