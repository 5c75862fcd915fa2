import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'POD_ATTACH',
  from: ['Node'],
  to: ['Pod'],
  needs: podNeeds,
  techniques: ['T1609'],
  traverse: 'instant',
  explain: {
    what: 'Enters any pod that runs on the node.',
    why: 'Root on the node owns the container runtime and every process.',
    cut: 'Stop the workload, or move it to another node.',
  },
  aka: { kubehound: 'POD_ATTACH' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) yield { from: pod.node, to: pod.id, facts: pod.facts };
}
