import type { GraphNode, NodeRule } from '@firebreak/contract';
import { assetOf, jewelOf } from '../../kubernetes/jewels.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

export default {
  kinds: workloadKinds.map(({ kind }) => kind),
  needs: ['kubernetes.workload'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.workload')) {
      const { metadata, workloadKind, replicas } = data;
      const asset = assetOf(metadata);
      const jewel = jewelOf(metadata);
      yield {
        id,
        kind: workloadKind,
        class: asset === 'agent' || asset === 'tool' || asset === 'pipeline' ? asset : 'workload',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: metadata.labels,
        facts: [id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: replicas === undefined ? {} : { replicas },
      };
    }
  },
} satisfies NodeRule;
