import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { podWishes } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { createdBy, podSources } from '../../kubernetes/pod-makers.ts';
import { grantsIn } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

export default {
  label: 'WORKLOAD_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential'],
  needs: [
    ...rightsNeeds,
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
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const grant of grantsIn(estate, options)) {
    const source = createdBy(grant, podSources(estate))?.source;
    const to = source === undefined ? undefined : podWishes(estate).group(grant.namespace);
    if (source === undefined || to === undefined) continue;
    yield { from: grant.id, to, facts: [...grantFacts(grant), ...source.facts], note: `create ${source.resource}` };
  }
}
