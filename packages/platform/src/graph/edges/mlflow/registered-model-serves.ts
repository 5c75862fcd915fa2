import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { loadedModels } from '../../mlflow/served.ts';

export default {
  label: 'REGISTERED_MODEL_SERVES',
  from: ['Alias', 'ModelVersionWrite', 'RegisteredModelWrite'],
  to: ['InferenceService.serving.kserve.io', 'Container'],
  needs: ['mlflow.server', 'mlflow.registered-model', 'mlflow.model-version', 'kubernetes.model-workload', ...podNeeds],
  techniques: ['AML.T0018', 'AML.T0010.003', 'T1195'],
  traverse: 'hours',
  explain: {
    what: 'Decides what is served after the next start, and runs code there if the format of the model can.',
    why: 'The workload loads this registered model from the server that its environment names.',
    cut: 'Serve a version whose signature is checked, or take the right to write the model away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { by: from, loader: to, uri, facts } of loadedModels(estate)) yield { from, to, facts, note: uri };
}
