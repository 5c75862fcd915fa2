import type { DerivedEdge, EdgeRule, Estate, FactId } from '@firebreak/contract';
import { podWishes } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podsOfModel } from '../../kubernetes/models.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

export default {
  label: 'WORKLOAD_CONTROL',
  from: [...workloadKinds.map(({ kind }) => kind), 'InferenceService.serving.kserve.io'],
  to: ['Pod', 'ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential'],
  needs: [...podNeeds, 'kubernetes.model-workload', 'kubernetes.secret'],
  techniques: ['T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Runs its own code in the pods of a workload, with whatever account, secret or storage it writes into the template.',
    why: 'Whoever writes the template decides what its pods run and are given.',
    cut: 'Cut the way to the workload, or stop it.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const wishes = podWishes(estate);
  for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.model-workload')]) {
    const to = wishes.group(fact.data.metadata.namespace ?? 'default');
    if (to !== undefined) yield { from: fact.id, to, facts: [fact.id] };
  }
  for (const pod of podsOf(estate).all)
    for (const owner of pod.ownership.chain) yield { from: owner.id, to: pod.id, facts: both(owner.id, pod.facts) };
  for (const [model, pods] of podsOfModel(estate))
    for (const pod of pods) yield { from: model, to: pod.id, facts: both(model, pod.facts) };
}

function both(owner: FactId, pod: readonly FactId[]): readonly FactId[] {
  return [...new Set([owner, ...pod])];
}
