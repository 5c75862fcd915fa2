import type { GraphNode, NodeRule } from '@firebreak/contract';
import { callsOf, type ToolView, toolsByServer } from '../../agent/calls.ts';

/** Holding a tool means being able to have it called. */
export default {
  kinds: ['Tool'],
  needs: ['agent.tool', 'agent.mcp-server', 'agent.agent'],
  *derive(estate): Generator<GraphNode> {
    for (const tools of toolsByServer(estate).values()) for (const tool of tools) yield nodeOf(tool, undefined);
    for (const { tool, does } of callsOf(estate)) if (does !== undefined) yield nodeOf(tool, does);
  },
} satisfies NodeRule;

function nodeOf({ id, name, holder, facts, fact }: ToolView, does: string | undefined): GraphNode {
  const { readOnly, destructive, openWorld, title } = fact?.data ?? {};
  return {
    id,
    kind: 'Tool',
    class: 'tool',
    name,
    facts,
    detail: {
      of: holder,
      ...(does === undefined ? {} : { does }),
      ...(title === undefined ? {} : { title }),
      ...(readOnly === undefined ? {} : { readOnlyHint: readOnly }),
      ...(destructive === undefined ? {} : { destructiveHint: destructive }),
      ...(openWorld === undefined ? {} : { openWorldHint: openWorld }),
    },
  };
}
