import type { GraphNode, NodeRule } from '@firebreak/contract';
import { hostsOf } from '../../kubernetes/hosts.ts';
import { jewelOf } from '../../kubernetes/jewels.ts';

export default {
  kinds: ['Node'],
  needs: ['kubernetes.node', 'kubernetes.pod', 'kubernetes.workload'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, labels, facts, controlPlane } of hostsOf(estate)) {
      const why = controlPlane.length > 0 ? 'a host of the control plane' : 'a host: root here owns every pod on it';
      const metadata = estate.get('kubernetes.node', id)?.data.metadata;
      const jewel = metadata === undefined ? why : jewelOf(metadata, why);
      yield { id, kind: 'Node', class: 'host', name, labels, facts, ...(jewel === undefined ? {} : { jewel }) };
    }
  },
} satisfies NodeRule;
