import type { DerivedEdge, EdgeRule, Estate, LiveEdge } from '@firebreak/contract';
import { escalationsOf, rewrites } from '../../kubernetes/escalation.ts';
import { stripFrom } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';

export default {
  label: 'ROLE_ESCALATE',
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['Privilege', 'PermissionSet'],
  needs: rightsNeeds,
  techniques: ['T1098.006', 'T1548'],
  traverse: 'instant',
  explain: {
    what: 'Rewrites a role that is bound to it, or adds to it by aggregation, to allow everything.',
    why: 'The rights allow to change the role, or to make others that it takes in, and to escalate them beyond what the writer holds.',
    cut: 'Take the identity out of the binding that allows it.',
  },
  severedBy: ['kubernetes.strip-subject'],
  derive,
  levers: (edge: LiveEdge, estate: Estate) => {
    const step = escalationsOf(estate).steps.find(
      (it) => it.holder === edge.from && it.to === edge.to && it.through?.id === edge.with[0],
    );
    if (step === undefined) return [];
    return stripFrom(edge, estate, (grants) =>
      escalationsOf(estate).steps.some(
        (other) =>
          other.holder === edge.from &&
          other.to === edge.to &&
          other.through === step.through &&
          rewrites(grants, other.target) &&
          (other.through !== undefined || grants.includes(other.target)),
      ),
    );
  },
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { holder, through, to, facts, note } of escalationsOf(estate).steps)
    yield { from: holder, ...(through === undefined ? {} : { with: [through.id] }), to, facts, note };
}
