import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { volumeInConvention } from '../../kubernetes/kubehound.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'VOLUME_ACCESS',
  from: ['Node'],
  to: ['Volume'],
  needs: podNeeds,
  techniques: ['T1613'],
  traverse: 'instant',
  explain: {
    what: 'Opens the volumes of the pods on the node.',
    why: 'The kubelet mounts every volume on the node, where root can read them.',
    cut: 'Stop the workload, or move it to another node.',
  },
  aka: { kubehound: 'VOLUME_ACCESS' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    for (const volume of pod.volumes) {
      if (options.convention === 'kubehound' && !volumeInConvention(estate, pod, volume)) continue;
      yield { from: pod.node, to: volume.id, facts: pod.facts };
    }
  }
}
