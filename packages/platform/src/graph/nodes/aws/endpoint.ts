import type { GraphNode, NodeRule } from '@firebreak/contract';
import { endpointsOf } from '../../aws/exposure.ts';

/** What the internet can speak to. */
export default {
  kinds: ['Endpoint'],
  needs: ['aws.function', 'aws.instance', 'aws.security-group', 'aws.eks-cluster'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, ports, facts, kind } of endpointsOf(estate))
      yield { id, kind: 'Endpoint', class: 'endpoint', name, facts, detail: { exposure: 'internet', ports, of: kind } };
  },
} satisfies NodeRule;
