import { type DerivedEdge, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'CLAIM_ACCESS',
  from: ['Volume'],
  to: ['PersistentVolumeClaim'],
  needs: podNeeds,
  techniques: ['T1005', 'AML.T0035'],
  traverse: 'instant',
  explain: {
    what: 'Reads, and unless mounted read-only writes, the storage behind the claim.',
    why: 'The pod’s volume is this claim.',
    cut: 'Stop the workload.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    for (const { id, claim } of pod.volumes) {
      if (claim === undefined) continue;
      const to = kubernetesId('PersistentVolumeClaim', pod.namespace, claim);
      if (estate.get('kubernetes.persistent-volume-claim', to) !== undefined) yield { from: id, to, facts: pod.facts };
    }
  }
}
