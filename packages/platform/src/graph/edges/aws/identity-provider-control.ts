import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { denyIssuer } from '../../aws/levers.ts';
import { providerId } from '../../aws/providers.ts';
import { trustOf } from '../../aws/trust.ts';

/** Whoever signs the tokens can sign one with any claim, so conditions on claims do not hold him. */
export default {
  label: 'IDENTITY_PROVIDER_CONTROL',
  from: ['Issuer', 'SamlProvider'],
  to: ['Role'],
  needs: ['aws.role', 'aws.oidc-provider'],
  techniques: ['T1199', 'T1606.002'],
  traverse: 'minutes',
  explain: {
    what: 'Takes every role that trusts the identity provider.',
    why: 'The provider signs who its people and workloads are, and the role’s trust policy believes it.',
    cut: 'Remove the provider from the role’s trust policy.',
  },
  severedBy: ['aws.cut-trust'],
  levers: denyIssuer,
  *derive(estate: Estate): Generator<DerivedEdge> {
    for (const [provider, roles] of trustOf(estate).ofProvider)
      for (const role of roles) yield { from: providerId(provider), to: role.id, facts: [role.id] };
  },
} satisfies EdgeRule;
