import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { callsOf } from '../../agent/calls.ts';
import { likelihoodOf, noteOfApproval } from '../../agent/likelihood.ts';

export default {
  label: 'AGENT_CALLS',
  from: ['Agent'],
  to: ['Tool'],
  needs: ['agent.agent', 'agent.mcp-server', 'agent.tool'],
  techniques: ['AML.T0053'],
  traverse: 'seconds',
  explain: {
    what: 'Has the tool called.',
    why: 'The agent is given this tool.',
    cut: 'Take the tool away from the agent, or have a person asked before each call.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { agent, tool, approval } of callsOf(estate))
    yield {
      from: agent.id,
      to: tool.id,
      facts: [agent.id, ...tool.facts.filter((fact) => fact !== agent.id)],
      likelihood: likelihoodOf(approval),
      note: noteOfApproval[approval],
    };
}
