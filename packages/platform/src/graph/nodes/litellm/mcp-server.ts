import type { GraphNode, NodeRule } from '@firebreak/contract';
import { namedTools } from '../../litellm/tools.ts';

/** An MCP server behind the proxy, and those of its tools that somebody names. Holding one is being able to call it. */
export default {
  kinds: ['McpServer', 'Tool'],
  needs: ['litellm.mcp-server', 'litellm.key'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('litellm.mcp-server')) {
      const { name, url, command, transport, auth, environment, allKeys } = data;
      const words = { url, command, transport };
      yield {
        id,
        kind: 'McpServer',
        class: 'tool',
        name,
        facts: [id],
        detail: {
          auth: auth ?? 'none',
          allKeys,
          ...Object.fromEntries(
            Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
          ),
          ...(environment.length === 0 ? {} : { environment: environment.join(', ') }),
        },
      };
    }
    for (const { id, name, facts } of namedTools(estate)) yield { id, kind: 'Tool', class: 'tool', name, facts };
  },
} satisfies NodeRule;
