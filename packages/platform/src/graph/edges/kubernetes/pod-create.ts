import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { hosts } from '../../kubernetes/inventory.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts, rbacOf } from '../../kubernetes/rbac.ts';
import { podRestraints, restrainPods } from '../../kubernetes/restraining.ts';
import { through, wishesOfNewPods } from '../../kubernetes/restraints.ts';

/**
 * The host is another matter (POD_PLACEMENT), because Pod Security admission decides about it. KubeHound draws POD_CREATE to
 * every node.
 */
export default {
  label: 'POD_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential', 'Node'],
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.secret', 'kubernetes.persistent-volume-claim'],
  techniques: ['T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Runs a pod of its own that is given the account, secret or storage.',
    why: 'The role allows to create pods, and a pod may use any account, secret and claim of its namespace.',
    cut: 'Take the identity out of the binding, freeze the namespace, or keep new pods from the account.',
  },
  aka: { kubehound: 'POD_CREATE' },
  severedBy: podRestraints,
  derive,
  levers: (edge, estate) => restrainPods(edge, estate, rbacOf(estate).grant(edge.from)),
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const power of powers(estate, options, { verbs: ['create'], group: '', resource: 'pods' })) {
    const { grant, namespace } = power;
    if (power.names !== 'any') continue;
    const edge = { from: grant.id, facts: grantFacts(grant), note: 'create pods' };
    if (options.convention === 'kubehound') {
      const to = hosts(estate).group();
      if (to !== undefined) yield { ...edge, to };
    } else
      for (const given of wishesOfNewPods(estate, namespace, grant)) yield through({ ...edge, to: given.to }, given);
  }
}
