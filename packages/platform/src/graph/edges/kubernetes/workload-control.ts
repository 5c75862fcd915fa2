import type { DerivedEdge, EdgeRule, Estate, FactId, Lever, LiveEdge } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podsOfModel } from '../../kubernetes/models.ts';
import { podNeeds, restraintNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';
import { freeze, podRestraints, restrainPods } from '../../kubernetes/restraining.ts';
import { freezeOf, through, waysPast, wishesOfNewPods } from '../../kubernetes/restraints.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

export default {
  label: 'WORKLOAD_CONTROL',
  from: [...workloadKinds.map(({ kind }) => kind), 'InferenceService.serving.kserve.io'],
  to: ['Pod', 'ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential'],
  needs: [...podNeeds, ...restraintNeeds, 'kubernetes.model-workload', 'kubernetes.secret'],
  techniques: ['T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Runs its own code in the pods of a workload, with whatever account, secret or storage it writes into the template.',
    why: 'Whoever writes the template decides what its pods run and are given.',
    cut: 'Cut the way to the workload, freeze its namespace, or stop it.',
  },
  severedBy: [...podStops, ...podRestraints],
  derive,
  levers: (edge, estate) => [...stopPods(edge, estate), ...restrainControl(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.model-workload')]) {
    const namespace = fact.data.metadata.namespace ?? 'default';
    for (const given of wishesOfNewPods(estate, namespace))
      yield through({ from: fact.id, to: given.to, facts: [fact.id] }, given);
  }
  for (const pod of podsOf(estate).all) {
    // A template counts for new pods only.
    const frozen = freezeOf(estate, pod.namespace);
    for (const owner of pod.ownership.chain) {
      const edge = { from: owner.id, to: pod.id, facts: both(owner.id, pod.facts) };
      if (frozen === undefined) yield edge;
      else for (const way of waysPast(frozen)) yield through(edge, way);
    }
  }
  for (const [model, pods] of podsOfModel(estate))
    for (const pod of pods) yield { from: model, to: pod.id, facts: both(model, pod.facts) };
}

function both(owner: FactId, pod: readonly FactId[]): readonly FactId[] {
  return [...new Set([owner, ...pod])];
}

/** What a new pod is given can be withheld one by one; what runs in a pod of the workload's own goes with the template. */
function restrainControl(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const pod = podsOf(estate).byId.get(edge.to);
  if (pod === undefined) return restrainPods(edge, estate, undefined);
  const own = pod.ownership.chain.some(({ id }) => id === edge.from);
  return own && edge.with.length === 0 ? freeze(estate, pod.namespace) : [];
}
