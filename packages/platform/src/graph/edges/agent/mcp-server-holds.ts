import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

export default {
  label: 'MCP_SERVER_HOLDS',
  from: ['McpServer'],
  to: ['Credential'],
  needs: ['agent.mcp-server', 'agent.credential'],
  techniques: ['T1552.001', 'AML.T0055'],
  traverse: 'instant',
  explain: {
    what: 'Reads the credential.',
    why: 'It is handed to the server when it starts.',
    cut: 'Replace the server, or give it a credential with less.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('agent.mcp-server'))
    for (const to of data.credentials) yield { from, to, facts: [from] };
}
