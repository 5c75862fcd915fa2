import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { detachMcp } from '../../litellm/levers.ts';
import { namedTools } from '../../litellm/tools.ts';

export default {
  label: 'MCP_TOOL',
  from: ['McpServer'],
  to: ['Tool'],
  needs: ['litellm.mcp-server', 'litellm.key'],
  techniques: ['AML.T0053'],
  traverse: 'instant',
  explain: {
    what: 'Calls the tool.',
    why: 'The MCP server offers it.',
    cut: 'Take the tool off the list of those that the proxy lets through.',
  },
  severedBy: ['litellm.detach-mcp-server'],
  derive,
  levers: ({ from }, estate) => detachMcp(estate, from),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, mcp, facts } of namedTools(estate)) yield { from: mcp, to, facts };
}
