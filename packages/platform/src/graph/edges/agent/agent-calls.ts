import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { callsOf } from '../../agent/calls.ts';
import { callLevers } from '../../agent/levers.ts';
import { likelihoodOf, noteOfApproval } from '../../agent/likelihood.ts';
import { gateFacts, isGated, shut } from '../../flagd/gates.ts';

export default {
  label: 'AGENT_CALLS',
  from: ['Agent'],
  to: ['Tool'],
  needs: ['agent.agent', 'agent.mcp-server', 'agent.tool', 'flagd.flag'],
  techniques: ['AML.T0053'],
  traverse: 'seconds',
  explain: {
    what: 'Has the tool called.',
    why: 'The agent is given this tool.',
    cut: 'Take the tool away from the agent, or have a person asked before each call.',
  },
  severedBy: ['agents.detach-mcp-server', 'agents.allow-tools', 'agents.read-only', 'flagd.set-variant'],
  derive,
  levers: (edge, estate) => [...callLevers(edge, estate), ...shut(estate, edge.from, edge.to)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { agent, tool, approval } of callsOf(estate)) {
    if (isGated(estate, agent.id, tool.id)) continue;
    yield {
      from: agent.id,
      to: tool.id,
      facts: [agent.id, ...tool.facts.filter((fact) => fact !== agent.id), ...gateFacts(estate, agent.id, tool.id)],
      likelihood: likelihoodOf(approval),
      note: noteOfApproval[approval],
    };
  }
}
