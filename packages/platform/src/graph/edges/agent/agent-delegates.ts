import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { injection } from '../../agent/likelihood.ts';
import { agentNamed } from '../../agent/sources.ts';

export default {
  label: 'AGENT_DELEGATES',
  from: ['Agent'],
  to: ['Agent'],
  needs: ['agent.agent'],
  techniques: ['AML.T0053'],
  traverse: 'seconds',
  explain: {
    what: 'Hands work to the other agent.',
    why: 'The agent is set up to delegate to it.',
    cut: 'Take the delegation out of its configuration.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('agent.agent'))
    for (const written of data.delegates) {
      const to = agentNamed(estate, written);
      if (to !== undefined && to !== from)
        yield { from, to, facts: [from, to], likelihood: injection, note: 'if the other agent does what it is asked' };
    }
}
