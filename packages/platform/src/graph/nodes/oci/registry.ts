import type { GraphNode, NodeRule } from '@firebreak/contract';

export default {
  kinds: ['Registry'],
  needs: ['oci.registry'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('oci.registry'))
      yield {
        id,
        kind: 'Registry',
        class: 'control-plane',
        name: data.registry,
        facts: [id],
        detail: {
          authentication: data.authentication,
          ...(data.referrersApi === undefined ? {} : { referrersApi: data.referrersApi }),
        },
      };
  },
} satisfies NodeRule;
