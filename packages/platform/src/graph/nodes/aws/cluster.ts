import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';

export default {
  kinds: ['EksCluster'],
  needs: ['aws.eks-cluster'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.eks-cluster'))
      yield resourceNode({
        id,
        class: 'control-plane',
        name: data.name,
        fact: id,
        arn: data.arn,
        tags: data.Tags,
        detail: { version: data.version, public: data.endpointPublicAccess },
      });
  },
} satisfies NodeRule;
