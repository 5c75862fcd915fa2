import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'CONTAINER_ATTACH',
  from: ['Pod'],
  to: ['Container'],
  needs: podNeeds,
  techniques: ['T1609'],
  traverse: 'instant',
  explain: {
    what: 'Enters a container of the pod.',
    why: 'Whoever holds the pod may choose any of its containers.',
    cut: 'Stop the workload.',
  },
  aka: { kubehound: 'CONTAINER_ATTACH' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all)
    for (const { id } of pod.containers) yield { from: pod.id, to: id, facts: pod.facts };
}
