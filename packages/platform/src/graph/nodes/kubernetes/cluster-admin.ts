import { clusterAdminId, type GraphNode, type NodeRule } from '@firebreak/contract';

/** Every cluster has it, whatever was collected. */
export default {
  kinds: ['Privilege'],
  needs: [],
  *derive(estate): Generator<GraphNode> {
    if (estate.size === 0) return;
    yield {
      id: clusterAdminId,
      kind: 'Privilege',
      class: 'control-plane',
      name: 'cluster-admin',
      facts: [],
      jewel: 'the whole cluster',
    };
  },
} satisfies NodeRule;
