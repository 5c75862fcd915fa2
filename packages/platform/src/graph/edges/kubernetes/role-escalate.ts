import type { DerivedEdge, EdgeRule, Estate, LiveEdge, NodeId } from '@firebreak/contract';
import { type Escalation, escalationsOf } from '../../kubernetes/escalation.ts';
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
    const same = escalationsOf(estate).steps.filter((step) => {
      const others = withOf(step);
      if (step.holder !== edge.from || step.to !== edge.to || others.length !== edge.with.length) return false;
      return others.every((id) => edge.with.includes(id));
    });
    return stripFrom(
      edge,
      estate,
      same.map(({ parts }) => parts),
    );
  },
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const step of escalationsOf(estate).steps)
    yield { from: step.holder, with: withOf(step), to: step.to, facts: step.facts, note: step.note };
}

function withOf({ holder, parts, target }: Escalation): readonly NodeId[] {
  return [...new Set([...parts, target].map(({ id }) => id))].filter((id) => id !== holder);
}
