import type { DerivedEdge, EdgeRule, Estate, LiveEdge } from '@firebreak/contract';
import { stripSubject } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { grantFacts, rbacOf } from '../../kubernetes/rbac.ts';

export default {
  label: 'PERMISSION_DISCOVER',
  from: ['ServiceAccount', 'User', 'Group'],
  to: ['PermissionSet'],
  needs: rightsNeeds,
  techniques: ['T1069.003'],
  traverse: 'instant',
  explain: {
    what: 'Uses the rights that a binding grants.',
    why: 'The binding names this identity among its subjects.',
    cut: 'Remove the identity from the binding.',
  },
  aka: { kubehound: 'PERMISSION_DISCOVER' },
  severedBy: ['kubernetes.strip-subject'],
  derive,
  levers: (edge: LiveEdge, estate: Estate) => {
    const grant = rbacOf(estate).grant(edge.to);
    return grant === undefined ? [] : stripSubject(estate, grant, edge.from);
  },
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const [identity, grants] of rbacOf(estate).namedIdentities)
    for (const grant of grants) yield { from: identity, to: grant.id, facts: grantFacts(grant) };
}
