import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { podWishes } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { grantsIn, powerOf } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

export default {
  label: 'WORKLOAD_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount', 'Secret', 'PersistentVolumeClaim'],
  needs: [...rightsNeeds, 'kubernetes.secret', 'kubernetes.persistent-volume-claim'],
  techniques: ['T1610', 'T1053.007'],
  traverse: 'seconds',
  explain: {
    what: 'Creates a workload whose pods are given the account, secret or storage.',
    why: 'The role allows to create a kind that makes pods; its controller creates them without asking who wrote the template.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const grant of grantsIn(estate, options)) {
    const right = workloadKinds.find(
      ({ group, resource }) => powerOf(grant, { verbs: ['create'], group, resource })?.names === 'any',
    );
    const to = right === undefined ? undefined : podWishes(estate).group(grant.namespace);
    if (to !== undefined) yield { from: grant.id, to, facts: grantFacts(grant), note: `create ${right?.resource}` };
  }
}
