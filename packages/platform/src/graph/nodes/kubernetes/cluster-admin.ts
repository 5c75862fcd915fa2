import { clusterAdminId, type FactKind, factSchemas, type GraphNode, type NodeRule } from '@firebreak/contract';

/** What only an estate with a cluster in it tells of. A cluster that is known to AWS alone is one. */
const kinds = (Object.keys(factSchemas) as FactKind[]).filter(
  (kind) => kind.startsWith('kubernetes.') || kind === 'aws.eks-cluster',
);

/** Every cluster has it, whatever was collected of it. */
export default {
  kinds: ['Privilege'],
  needs: [],
  *derive(estate): Generator<GraphNode> {
    if (kinds.every((kind) => estate.all(kind).length === 0)) return;
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
