import type { GraphNode, NodeRule } from '@firebreak/contract';
import { identitiesOf } from '../../kubernetes/identities.ts';
import { jewelOf } from '../../kubernetes/jewels.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  kinds: ['ServiceAccount', 'User', 'Group'],
  needs: podNeeds,
  *derive(estate): Generator<GraphNode> {
    for (const { id, kind, name, namespace, facts } of identitiesOf(estate).values()) {
      const metadata = estate.get('kubernetes.service-account', id)?.data.metadata;
      const jewel = metadata === undefined ? undefined : jewelOf(metadata);
      yield {
        id,
        kind,
        class: 'identity',
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(metadata === undefined ? {} : { labels: metadata.labels }),
        facts,
        ...(jewel === undefined ? {} : { jewel }),
      };
    }
  },
} satisfies NodeRule;
