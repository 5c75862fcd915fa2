/** Tools that a proxy's configuration or a grant names. What a server offers besides is known to the server alone. */
import { type Estate, type FactId, litellmId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { allowedMcp } from './grants.ts';

export interface NamedTool {
  readonly id: NodeId;
  readonly mcp: FactId;
  readonly server: string;
  readonly name: string;
  readonly facts: readonly FactId[];
}

export function toolId(server: string, mcp: string, tool: string): NodeId {
  return litellmId('Tool', server, `${mcp}/${tool}`);
}

export const namedTools: (estate: Estate) => readonly NamedTool[] = perEstate((estate) => {
  const tools = new Map<NodeId, NamedTool>();
  const add = (mcp: FactId, server: string, of: string, name: string, facts: readonly FactId[]) => {
    const id = toolId(server, of, name);
    if (!tools.has(id)) tools.set(id, { id, mcp, server, name: `${of}: ${name}`, facts });
  };
  for (const { id, data } of estate.all('litellm.mcp-server'))
    for (const tool of data.tools) add(id, data.server, data.name, tool, [id]);
  for (const key of estate.all('litellm.key'))
    for (const { mcp, tools: held } of allowedMcp(estate, key))
      for (const tool of held ?? []) add(mcp.id, mcp.data.server, mcp.data.name, tool, [mcp.id, key.id]);
  return [...tools.values()];
});
