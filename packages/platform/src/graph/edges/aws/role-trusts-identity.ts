import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { administratorsOf } from '../../aws/administrators.ts';
import { assumes, rolesNaming, rolesOpenTo } from '../../aws/assume.ts';
import { holdersOf } from '../../aws/holders.ts';
import { denyTrust, quarantine } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';

/**
 * Within one account a trust policy that names an identity is enough: it needs no permission of its own. What it may take by
 * its own permission is `STS_ASSUME_ROLE`, except for those who hold their account, of whom that rule says nothing.
 */
export default {
  label: 'ROLE_TRUSTS_IDENTITY',
  from: ['User', 'Role'],
  to: ['Role'],
  needs: identityNeeds,
  techniques: ['T1548.005', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Takes a role that trusts it by name.',
    why: 'The role’s trust policy names the identity.',
    cut: 'Take the identity out of the role’s trust policy.',
  },
  severedBy: ['aws.cut-trust', 'aws.quarantine-identity'],
  levers: (edge, estate) => [...denyTrust(edge, estate), ...quarantine(edge, estate)],
  *derive(estate: Estate): Generator<DerivedEdge> {
    const administrators = administratorsOf(estate);
    for (const holder of holdersOf(estate).values()) {
      if (holder.kind === 'group' || holder.serviceLinked) continue;
      const holdsAccount = administrators.get(holder.id)?.decision === 'allow';
      for (const role of holdsAccount ? rolesOpenTo(estate, holder) : rolesNaming(estate, holder)) {
        const sameAccount = role.data.Arn.split(':')[4] === holder.account;
        if (holdsAccount && sameAccount) continue;
        const named = assumes(estate, holder, role, 'because it is named');
        if (named.decision === 'deny') continue;
        if (!holdsAccount && assumes(estate, holder, role, 'as it trusts now').decision !== 'deny') continue;
        yield {
          from: holder.id,
          to: role.id,
          facts: [...new Set([role.id, ...named.facts])],
          ...(named.decision === 'depends' ? { likelihood: 0.5, note: `depends on ${named.keys.join(', ')}` } : {}),
        };
      }
    }
  },
} satisfies EdgeRule;
