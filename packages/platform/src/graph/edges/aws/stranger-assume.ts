import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { cutStranger } from '../../aws/levers.ts';
import { strangerId, trustOf } from '../../aws/trust.ts';

export default {
  label: 'STRANGER_ASSUME',
  from: ['Account', 'Principal'],
  to: ['Role'],
  needs: ['aws.role'],
  techniques: ['T1199', 'T1548.005'],
  traverse: 'seconds',
  explain: {
    what: 'Takes a role from outside.',
    why: 'The role’s trust policy lets in an account that is not ours, or everybody.',
    cut: 'Take the stranger out of the trust policy, or demand an external id.',
  },
  severedBy: ['aws.cut-trust'],
  levers: cutStranger,
  *derive(estate: Estate): Generator<DerivedEdge> {
    for (const [written, roles] of trustOf(estate).strangers)
      for (const { role, decision, keys, facts } of roles) {
        const dependent = decision === 'depends';
        yield {
          from: strangerId(written),
          to: role,
          facts,
          ...(dependent ? { likelihood: 0.5, note: `depends on ${keys.join(', ')}` } : {}),
        };
      }
  },
} satisfies EdgeRule;
