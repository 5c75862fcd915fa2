import type { GraphNode, NodeRule } from '@firebreak/contract';
import { jewelOf, secretJewel } from '../../kubernetes/jewels.ts';

export default {
  kinds: ['Secret'],
  needs: ['kubernetes.secret'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.secret')) {
      const { metadata, type, dataKeys, keyCount } = data;
      const jewel = jewelOf(metadata, secretJewel(type, keyCount));
      yield {
        id,
        kind: 'Secret',
        class: 'credential',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: metadata.labels,
        facts: [id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: { type: type ?? 'Opaque', keys: keyCount ?? dataKeys.length },
      };
    }
  },
} satisfies NodeRule;
