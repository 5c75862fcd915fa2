import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { identityInConvention } from '../../kubernetes/kubehound.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'TOKEN_STEAL',
  from: ['Volume'],
  to: ['ServiceAccount'],
  needs: podNeeds,
  techniques: ['T1552.001', 'T1528'],
  traverse: 'instant',
  explain: {
    what: 'Takes the service account’s token out of the volume.',
    why: 'The volume is projected with a token that the API server accepts.',
    cut: 'Stop the workload, or switch off automounting in its template.',
  },
  aka: { kubehound: 'TOKEN_STEAL' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    if (convention === 'kubehound' && !identityInConvention(estate, pod.account)) continue;
    for (const volume of pod.volumes) if (volume.token) yield { from: volume.id, to: pod.account, facts: pod.facts };
  }
}
