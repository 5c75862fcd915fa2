import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';

export default {
  label: 'IAM_GROUP_MEMBERSHIP',
  from: ['User'],
  to: ['Group'],
  needs: ['aws.user', 'aws.group'],
  techniques: ['T1078.004'],
  traverse: 'instant',
  explain: {
    what: 'Holds what its group holds.',
    why: 'The user is a member of the group.',
    cut: 'Take the user out of the group.',
  },
  severedBy: [],
  levers: () => [],
  *derive(estate: Estate): Generator<DerivedEdge> {
    for (const { id, kind, groups } of holdersOf(estate).values())
      if (kind === 'user') for (const group of groups) yield { from: id, to: group, facts: [id, group] };
  },
} satisfies EdgeRule;
