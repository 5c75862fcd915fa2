import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

export default {
  label: 'STORE_ROLE_MEMBER',
  from: ['Role'],
  to: ['Role'],
  needs: ['store.role'],
  techniques: ['T1078'],
  traverse: 'instant',
  explain: {
    what: 'Has the rights of the other role as well.',
    why: 'It is a member of it.',
    cut: 'Take the membership away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('store.role'))
    for (const name of data.memberOf) {
      const to = `store:Role/${data.store.slice(data.store.indexOf('/') + 1)}/${name}`;
      if (to !== from && estate.get('store.role', to) !== undefined) yield { from, to, facts: [from, to] };
    }
}
