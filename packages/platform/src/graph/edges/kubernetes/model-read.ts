import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { modelId, podsOfModel } from '../../kubernetes/models.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  label: 'MODEL_READ',
  from: ['Container'],
  to: ['Model'],
  needs: [...podNeeds, 'kubernetes.model-workload'],
  techniques: ['AML.T0044', 'AML.T0035'],
  traverse: 'minutes',
  explain: {
    what: 'Copies the model out of the container that serves it.',
    why: 'The weights are loaded into this pod.',
    cut: 'Stop the workload.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.model-workload')) {
    if (fact.data.role !== 'serving') continue;
    for (const pod of podsOfModel(estate).get(fact.id) ?? [])
      for (const { id } of pod.containers) yield { from: id, to: modelId(fact), facts: [...pod.facts, fact.id] };
  }
}
