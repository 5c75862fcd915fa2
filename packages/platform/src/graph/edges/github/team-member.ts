import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { teamId, userId } from '../../github/accounts.ts';

export default {
  label: 'TEAM_MEMBER',
  from: ['User', 'Team'],
  to: ['Team'],
  needs: ['github.team'],
  techniques: ['T1078'],
  traverse: 'instant',
  explain: {
    what: 'Acts as a member of the team.',
    why: 'The person is a member, or the team lies below the other and has what that has.',
    cut: 'Take the person out of the team.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('github.team')) {
    for (const member of data.members ?? []) yield { from: userId(data.host, member), to: id, facts: [id] };
    if (data.parent !== undefined)
      yield { from: id, to: teamId(data.host, data.organization, data.parent), facts: [id], note: 'parent team' };
  }
}
