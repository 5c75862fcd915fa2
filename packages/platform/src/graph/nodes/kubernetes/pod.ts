import type { GraphNode, NodeRule } from '@firebreak/contract';
import { assetOf, jewelOf } from '../../kubernetes/jewels.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

/** A pod marked as an agent or a tool is one; every other is a workload. Would-be pods say so in their detail. */
export default {
  kinds: ['Pod'],
  needs: podNeeds,
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, namespace, labels, metadata, facts, wouldBe, spec } of podsOf(estate).all) {
      const asset = assetOf(metadata);
      const jewel = jewelOf(metadata);
      yield {
        id,
        kind: 'Pod',
        class: asset === 'agent' || asset === 'tool' ? asset : 'workload',
        name,
        namespace,
        labels,
        facts,
        ...(jewel === undefined ? {} : { jewel }),
        detail: {
          ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
          ...(wouldBe ? { wouldBe: true } : {}),
        },
      };
    }
  },
} satisfies NodeRule;
