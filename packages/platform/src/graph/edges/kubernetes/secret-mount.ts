import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';
import { secretsIn } from '../../kubernetes/secret-use.ts';

export default {
  label: 'SECRET_MOUNT',
  from: ['Container'],
  to: ['Secret'],
  needs: [...podNeeds, 'kubernetes.secret'],
  techniques: ['T1552.001', 'T1552.007'],
  traverse: 'instant',
  explain: {
    what: 'Reads the secret from its files or its environment.',
    why: 'The pod mounts the secret into the container or puts it into its environment.',
    cut: 'Stop the workload, then rotate the secret.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all)
    for (const container of pod.containers)
      for (const [to, note] of secretsIn(estate, pod, container))
        yield { from: container.id, to, facts: pod.facts, note };
}
