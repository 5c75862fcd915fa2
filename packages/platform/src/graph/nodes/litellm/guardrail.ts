import type { GraphNode, NodeRule } from '@firebreak/contract';

export default {
  kinds: ['Guardrail'],
  needs: ['litellm.guardrail'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('litellm.guardrail')) {
      const { name, server, provider, mode, always } = data;
      yield {
        id,
        kind: 'Guardrail',
        class: 'guardrail',
        name: `${name} of ${server}`,
        facts: [id],
        detail: { always, mode: mode.join(', '), ...(provider === undefined ? {} : { provider }) },
      };
    }
  },
} satisfies NodeRule;
