/** A compromised host takes no new workload: cordon it. Pods that run there are the cut's affair. */
import { lever } from '@firebreak/contract';
import type { Supplement } from './supplement.ts';

export const containHost: Supplement = {
  reason: 'contain-host',
  propose: ({ graph, compromised, has }) =>
    compromised.flatMap((index) => {
      const node = graph.nodes[index];
      if (node?.kind !== 'Node' || node.facts.length === 0 || !has('kubernetes.cordon-node')) return [];
      return [
        {
          lever: lever('kubernetes.cordon-node', { name: node.name }),
          why: 'The host is compromised: nothing new may be scheduled onto it.',
        },
      ];
    }),
};
