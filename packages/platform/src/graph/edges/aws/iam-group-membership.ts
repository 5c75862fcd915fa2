import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';
import { quarantineMember } from '../../aws/levers.ts';
import { holdsWhatGroupHolds } from '../../aws/members.ts';

/** Only where a member holds all that its group holds; what it holds of it otherwise, it holds by steps of its own. */
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
  severedBy: ['aws.quarantine-identity'],
  levers: quarantineMember,
  *derive(estate: Estate): Generator<DerivedEdge> {
    const holders = holdersOf(estate);
    for (const member of holders.values())
      for (const id of member.groups) {
        const group = holders.get(id);
        if (group !== undefined && holdsWhatGroupHolds(estate, member, group))
          yield { from: member.id, to: id, facts: [member.id, id] };
      }
  },
} satisfies EdgeRule;
