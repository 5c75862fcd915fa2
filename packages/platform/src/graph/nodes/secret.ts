import type { GraphNode, NodeRule } from '@firebreak/contract';
import { jewelOf, secretJewel } from '../kubernetes/jewels.ts';

export default {
  kinds: ['Secret'],
  needs: ['kubernetes.secret'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.secret')) {
      const { metadata, type, dataKeys } = data;
      const jewel = jewelOf(metadata, secretJewel(type, dataKeys));
      yield {
        id,
        kind: 'Secret',
        class: 'credential',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: metadata.labels,
        facts: [id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: { type: type ?? 'Opaque', keys: dataKeys.length },
      };
    }
  },
} satisfies NodeRule;
