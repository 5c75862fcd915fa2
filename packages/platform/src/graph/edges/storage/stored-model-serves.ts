import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { servedModels } from '../../storage/served-models.ts';

export default {
  label: 'STORED_MODEL_SERVES',
  from: ['BucketWrite', 'Repository', 'PersistentVolumeClaim'],
  to: ['InferenceService.serving.kserve.io'],
  needs: ['kubernetes.model-workload'],
  techniques: ['AML.T0018', 'AML.T0010.003', 'T1195'],
  traverse: 'hours',
  explain: {
    what: 'Replaces the stored model and so decides what is served after the next start.',
    why: 'The inference service loads its model from this place.',
    cut: 'Take away the right to write there, or serve a version that is pinned by digest.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { model, control, serving, uri } of servedModels(estate)) {
    if (/@sha256:[0-9a-f]{64}/.test(uri)) continue;
    yield { from: control, to: serving, facts: [model.id], note: uri };
  }
}
