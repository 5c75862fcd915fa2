import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { cloudIdentitiesOf } from '../../kubernetes/credentials.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

/**
 * From containers and not from the account: the token that the API server knows is for another audience, and the cloud does
 * not accept it. Switching off automounting does not help either, the cloud brings its own volume.
 */
export default {
  label: 'CLOUD_IDENTITY',
  from: ['Container'],
  to: ['Credential'],
  needs: podNeeds,
  techniques: ['T1078.004', 'T1552.005'],
  traverse: 'instant',
  explain: {
    what: 'Acts in the cloud as the role that the pod’s account stands for.',
    why: 'The service account is annotated with a role, and its pods are given a credential for it.',
    cut: 'Stop the workload, or take the annotation off the account and restart its pods.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const credentials = cloudIdentitiesOf(estate);
  if (credentials.size === 0) return;
  for (const pod of podsOf(estate).all) {
    if (pod.mirror) continue;
    for (const { id: to, holder, because } of credentials.get(pod.account) ?? [])
      for (const { id: from } of pod.containers) yield { from, to, facts: [...pod.facts, holder], note: because };
  }
}
