import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

export default {
  label: 'CREDENTIAL_FROM_SECRET',
  from: ['Secret'],
  to: ['Credential'],
  needs: ['agent.credential', 'kubernetes.secret'],
  techniques: ['T1552.007'],
  traverse: 'instant',
  explain: {
    what: 'Has the credential that the agent or its tool is given.',
    why: 'It is taken from this secret.',
    cut: 'Replace the credential, and keep it where fewer can read it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.credential')) {
    if (data.from?.startsWith('kubernetes:Secret/') !== true) continue;
    const known = estate.get('kubernetes.secret', data.from) === undefined ? [] : [data.from];
    yield { from: data.from, to, facts: [to, ...known] };
  }
}
