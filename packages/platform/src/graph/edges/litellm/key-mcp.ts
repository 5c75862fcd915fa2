import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { allowedMcp, isUsable } from '../../litellm/grants.ts';
import { detachMcp, ofKey } from '../../litellm/levers.ts';
import { toolId } from '../../litellm/tools.ts';

/** A key that is held to some tools of a server reaches those and not the server, which would be all of them. */
export default {
  label: 'KEY_MCP',
  from: ['Key'],
  to: ['McpServer', 'Tool'],
  needs: ['litellm.key', 'litellm.team', 'litellm.mcp-server'],
  techniques: ['AML.T0053', 'T1078'],
  traverse: 'instant',
  explain: {
    what: 'Calls the tools of the MCP server, with the credential that the proxy holds for it.',
    why: 'The key, or its team, was given this server; or every key was.',
    cut: 'Block the key, or take the server off its grants.',
  },
  severedBy: ['litellm.block-key', 'litellm.block-team', 'litellm.detach-mcp-server'],
  derive,
  levers: (edge, estate) => [...ofKey(edge.from, estate), ...edge.facts.flatMap((id) => detachMcp(estate, id))],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const key of estate.all('litellm.key')) {
    if (!isUsable(estate, key)) continue;
    for (const { mcp, tools, facts } of allowedMcp(estate, key)) {
      if (tools === undefined) yield { from: key.id, to: mcp.id, facts };
      else
        for (const tool of tools)
          yield { from: key.id, to: toolId(mcp.data.server, mcp.data.name, tool), facts, note: 'held to this tool' };
    }
  }
}
