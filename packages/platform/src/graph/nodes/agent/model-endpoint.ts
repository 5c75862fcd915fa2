import type { GraphNode, NodeRule } from '@firebreak/contract';

/** Where an agent's thoughts come from. Without an address it is the provider's own. */
export default {
  kinds: ['ModelEndpoint'],
  needs: ['agent.model-endpoint', 'agent.agent'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('agent.model-endpoint')) {
      const { provider, address } = data;
      const name = address ?? provider ?? id.slice(id.indexOf('/') + 1);
      const about =
        address === undefined && provider !== undefined ? { hosting: 'saas' as const, vendor: provider } : {};
      yield {
        id,
        kind: 'ModelEndpoint',
        class: 'endpoint',
        name,
        facts: [id],
        ...(Object.keys(about).length === 0 ? {} : { about }),
        detail: { ...(provider === undefined ? {} : { provider }), ...(address === undefined ? {} : { address }) },
      };
    }
  },
} satisfies NodeRule;
