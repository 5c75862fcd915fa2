import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { createdBy, podSources } from '../../kubernetes/pod-makers.ts';
import { grantsIn } from '../../kubernetes/powers.ts';
import { grantFacts, rbacOf } from '../../kubernetes/rbac.ts';
import { podRestraints, restrainPods } from '../../kubernetes/restraining.ts';
import { through, wishesOfNewPods } from '../../kubernetes/restraints.ts';

export default {
  label: 'WORKLOAD_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential'],
  needs: [
    ...rightsNeeds,
    ...restraintNeeds,
    'kubernetes.secret',
    'kubernetes.persistent-volume-claim',
    'kubernetes.model-workload',
    'kubernetes.custom-resource',
  ],
  techniques: ['T1610', 'T1053.007'],
  traverse: 'seconds',
  explain: {
    what: 'Creates a workload whose pods are given the account, secret or storage.',
    why: 'The role allows to create a kind that makes pods; its controller creates them without asking who wrote the template.',
    cut: 'Take the identity out of the binding, freeze the namespace, or keep new pods from the account.',
  },
  severedBy: podRestraints,
  derive,
  levers: (edge, estate) => restrainPods(edge, estate, rbacOf(estate).grant(edge.from)),
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const grant of grantsIn(estate, options)) {
    const source = createdBy(grant, podSources(estate))?.source;
    if (source === undefined) continue;
    const edge = {
      from: grant.id,
      facts: [...grantFacts(grant), ...source.facts],
      note: `create ${source.resource}`,
    };
    for (const given of wishesOfNewPods(estate, grant.namespace, grant))
      yield through({ ...edge, to: given.to }, given);
  }
}
