import type { GraphNode, NodeRule } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf, type VolumeView } from '../../kubernetes/pods.ts';

export default {
  kinds: ['Volume'],
  needs: podNeeds,
  *derive(estate): Generator<GraphNode> {
    for (const pod of podsOf(estate).all) {
      for (const volume of pod.volumes) {
        yield {
          id: volume.id,
          kind: 'Volume',
          class: 'volume',
          name: volume.name,
          namespace: pod.namespace,
          facts: pod.facts,
          detail: {
            pod: pod.name,
            type: typeOf(volume),
            ...(volume.hostPath === undefined ? {} : { hostPath: volume.hostPath }),
          },
        };
      }
    }
  },
} satisfies NodeRule;

function typeOf(volume: VolumeView): string {
  if (volume.claim !== undefined) return 'claim';
  if (volume.hostPath !== undefined) return 'hostPath';
  return volume.token ? 'token' : 'secret';
}
