import type { GraphNode, NodeRule } from '@firebreak/contract';

/** The server as a process: holding it means running its code. What its callers may do are its tools. */
export default {
  kinds: ['McpServer'],
  needs: ['agent.mcp-server'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('agent.mcp-server')) {
      const { launch, address } = data;
      const fetched = launch?.package;
      yield {
        id,
        kind: 'McpServer',
        class: 'tool',
        name: data.name,
        facts: [id],
        detail: {
          transport: data.transport,
          ...(address === undefined ? {} : { address }),
          ...(launch === undefined ? {} : { command: launch.command }),
          ...(fetched === undefined
            ? {}
            : {
                package: `${fetched.registry}:${fetched.name}@${fetched.version ?? 'latest'}`,
                pinned: fetched.pinned,
              }),
          toolsListed: data.listed,
        },
      };
    }
  },
} satisfies NodeRule;
