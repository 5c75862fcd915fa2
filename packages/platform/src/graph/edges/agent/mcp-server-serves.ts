import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { toolsByServer } from '../../agent/calls.ts';

export default {
  label: 'MCP_SERVER_SERVES',
  from: ['McpServer'],
  to: ['Tool'],
  needs: ['agent.mcp-server', 'agent.tool'],
  techniques: ['AML.T0053'],
  traverse: 'instant',
  explain: {
    what: 'Does whatever its tools can do.',
    why: 'The tools are this server’s.',
    cut: 'Replace the server.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from } of estate.all('agent.mcp-server'))
    for (const { id: to, facts } of toolsByServer(estate).get(from) ?? [])
      yield { from, to, facts: [...new Set([from, ...facts])] };
}
