import type { GraphNode, NodeRule } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  kinds: ['Container'],
  needs: podNeeds,
  *derive(estate): Generator<GraphNode> {
    for (const pod of podsOf(estate).all) {
      for (const { id, name, role, spec } of pod.containers) {
        yield {
          id,
          kind: 'Container',
          class: 'workload',
          name,
          namespace: pod.namespace,
          labels: pod.labels,
          facts: pod.facts,
          detail: { pod: pod.name, ...(spec.image === undefined ? {} : { image: spec.image }), role },
        };
      }
    }
  },
} satisfies NodeRule;
