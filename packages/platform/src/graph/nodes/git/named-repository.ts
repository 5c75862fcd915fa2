import type { GraphNode, NodeRule } from '@firebreak/contract';
import { channelInputs } from '../../kubernetes/channel-sources.ts';

/** Repositories that a delivery channel names, whether or not anybody else told of them. */
export default {
  kinds: ['Repository'],
  needs: ['kubernetes.delivery-channel'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('kubernetes.delivery-channel'))
      for (const { from: id, system } of channelInputs(estate, fact)) {
        if (system === 'channel') continue;
        const name = id.slice(id.indexOf('/') + 1);
        yield { id, kind: 'Repository', class: system === 'git' ? 'repository' : 'artifact', name, facts: [fact.id] };
      }
  },
} satisfies NodeRule;
