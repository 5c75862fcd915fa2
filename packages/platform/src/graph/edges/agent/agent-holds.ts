import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { codeApproval } from '../../agent/calls.ts';
import { readOnly } from '../../agent/levers.ts';
import { likelihoodOf, noteOfApproval } from '../../agent/likelihood.ts';

/** An agent without a shell has no way to look at its environment; what its tools do with it is TOOL_ACTS_WITH. */
export default {
  label: 'AGENT_HOLDS',
  from: ['Agent'],
  to: ['Credential'],
  needs: ['agent.agent', 'agent.credential'],
  techniques: ['T1552.001', 'AML.T0055'],
  traverse: 'minutes',
  explain: {
    what: 'Reads the credential from its own environment.',
    why: 'The agent runs commands or code where the credential lies.',
    cut: 'Keep the credential away from the agent’s process, or take the shell away from it.',
  },
  severedBy: ['agents.read-only'],
  derive,
  levers: ({ from }, estate) => readOnly(estate, from),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('agent.agent')) {
    const approval = codeApproval(estate).get(from);
    if (approval === undefined) continue;
    for (const to of data.credentials)
      yield { from, to, facts: [from], likelihood: likelihoodOf(approval), note: noteOfApproval[approval] };
  }
}
