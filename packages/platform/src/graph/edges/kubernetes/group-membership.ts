import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { groupsOf, identitiesOf } from '../../kubernetes/identities.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';

/** KubeHound draws what is granted to a group at the group only. */
export default {
  label: 'GROUP_MEMBERSHIP',
  from: ['ServiceAccount', 'User'],
  to: ['Group'],
  needs: rightsNeeds,
  techniques: ['T1069.003'],
  traverse: 'instant',
  explain: {
    what: 'Counts as a member of the group.',
    why: 'The API server puts every token of the account into it; nobody can be taken out.',
    cut: 'Remove the group from its bindings and name who needs them instead.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const identity of identitiesOf(estate).values()) {
    const facts = identity.facts;
    if (facts.length === 0) continue;
    for (const group of groupsOf(estate, identity)) yield { from: identity.id, to: group, facts };
  }
}
