import type { GraphNode, NodeRule } from '@firebreak/contract';
import { endpointsOf } from '../../kubernetes/endpoints.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  kinds: ['Endpoint'],
  needs: [...podNeeds, 'kubernetes.service', 'kubernetes.endpoint-slice', 'kubernetes.ingress'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, namespace, exposure, port, protocol, facts } of endpointsOf(estate))
      yield { id, kind: 'Endpoint', class: 'endpoint', name, namespace, facts, detail: { exposure, port, protocol } };
  },
} satisfies NodeRule;
