import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { type PodView, podsOf } from '../../kubernetes/pods.ts';

/** Above this many containers the pairs are drawn through a group, lest a hostile manifest make millions of them. */
const fewContainers = 16;

export default {
  label: 'SHARE_PS_NAMESPACE',
  from: ['Container'],
  to: ['Container'],
  needs: podNeeds,
  techniques: ['T1055'],
  traverse: 'seconds',
  explain: {
    what: 'Reaches into the processes and files of a neighbour container.',
    why: 'The containers of the pod share one process namespace.',
    cut: 'Stop the workload, then set shareProcessNamespace to false.',
  },
  aka: { kubehound: 'SHARE_PS_NAMESPACE' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    if (pod.spec.shareProcessNamespace !== true) continue;
    for (const { id: from } of pod.containers) {
      if (pod.containers.length > fewContainers) yield { from, to: neighbours(pod), facts: pod.facts };
      else for (const { id: to } of pod.containers) if (to !== from) yield { from, to, facts: pod.facts };
    }
  }
}

function neighbours(pod: PodView) {
  return {
    key: `containers-of:${pod.namespace}/${pod.name}`,
    label: `any container of pod ${pod.name}`,
    members: () => pod.containers.map(({ id }) => ({ node: id, facts: pod.facts })),
  };
}
