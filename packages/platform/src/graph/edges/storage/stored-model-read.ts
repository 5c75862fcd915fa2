import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { servedModels } from '../../storage/served-models.ts';

export default {
  label: 'STORED_MODEL_READ',
  from: ['Bucket', 'RepositoryContent', 'PersistentVolumeClaim'],
  to: ['Model'],
  needs: ['kubernetes.model-workload'],
  techniques: ['AML.T0035', 'T1530'],
  traverse: 'minutes',
  explain: {
    what: 'Has the weights of the served model.',
    why: 'The inference service loads them from this place.',
    cut: 'Take away the right to read there.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { model, content, weights, uri } of servedModels(estate))
    yield { from: content, to: weights, facts: [model.id], note: uri };
}
