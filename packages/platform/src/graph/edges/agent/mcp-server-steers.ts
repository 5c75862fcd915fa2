import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { detachServer } from '../../agent/levers.ts';
import { injection } from '../../agent/likelihood.ts';

export default {
  label: 'MCP_SERVER_STEERS',
  from: ['McpServer'],
  to: ['Agent'],
  needs: ['agent.agent', 'agent.mcp-server'],
  techniques: ['AML.T0051.001', 'AML.T0099'],
  traverse: 'minutes',
  explain: {
    what: 'Puts instructions into tool descriptions and answers, which the agent reads.',
    why: 'The agent uses this server.',
    cut: 'Take the server away from the agent, or pin its tools’ descriptions.',
  },
  severedBy: ['agents.detach-mcp-server'],
  derive,
  levers: ({ from, to }, estate) => detachServer(estate, to, from),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.agent'))
    for (const { server: from } of data.servers) {
      const known = estate.get('agent.mcp-server', from) === undefined ? [] : [from];
      yield { from, to, facts: [to, ...known], likelihood: injection, note: 'if the agent obeys what it reads' };
    }
}
