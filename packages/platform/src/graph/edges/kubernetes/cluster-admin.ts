import { clusterAdminId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { identitiesOf, mastersId } from '../../kubernetes/identities.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { grantAllows, grantFacts, rbacOf } from '../../kubernetes/rbac.ts';

export default {
  label: 'CLUSTER_ADMIN',
  from: ['PermissionSet', 'Group'],
  to: ['Privilege'],
  needs: rightsNeeds,
  techniques: ['T1078'],
  traverse: 'instant',
  explain: {
    what: 'Does anything in the cluster.',
    why: 'A cluster-wide grant allows every verb on every resource, or the group bypasses authorization.',
    cut: 'Take the identity out of the binding. Membership of system:masters lies in a certificate and ends only with it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const grant of rbacOf(estate).grants) {
    const all = grant.namespace === undefined && grantAllows(grant, { verb: '*', group: '*', resource: '*' });
    if (all) yield { from: grant.id, to: clusterAdminId, facts: grantFacts(grant) };
  }
  const masters = identitiesOf(estate).get(mastersId);
  if (masters !== undefined) yield { from: mastersId, to: clusterAdminId, facts: masters.facts };
}
