import type { GraphNode, NodeRule } from '@firebreak/contract';

export default {
  kinds: ['Agent'],
  needs: ['agent.agent'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('agent.agent')) {
      const automatic = data.tools.filter(({ approval }) => approval === 'automatic').map(({ name }) => name);
      yield {
        id,
        kind: 'Agent',
        class: 'agent',
        name: data.name,
        facts: [id],
        ...(data.owner === undefined ? {} : { about: { owner: data.owner } }),
        detail: {
          framework: data.framework,
          file: data.file,
          ...(data.mode === undefined ? {} : { mode: data.mode }),
          ...(data.address === undefined ? {} : { address: data.address }),
          servers: data.servers.length,
          ...(automatic.length === 0 ? {} : { withoutAsking: automatic.join(', ') }),
          ...(data.hooks.length === 0 ? {} : { hooks: data.hooks.length }),
        },
      };
    }
  },
} satisfies NodeRule;
