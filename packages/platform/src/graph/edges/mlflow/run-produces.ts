import { type DerivedEdge, type EdgeRule, type Estate, mlflowId } from '@firebreak/contract';
import { versionWriteId } from '../../mlflow/models.ts';

export default {
  label: 'RUN_PRODUCES',
  from: ['Run'],
  to: ['ModelVersionWrite'],
  needs: ['mlflow.run', 'mlflow.model-version'],
  techniques: ['AML.T0018', 'AML.T0020'],
  traverse: 'hours',
  explain: {
    what: 'Decides what the model has learned.',
    why: 'The version was registered from this run.',
    cut: 'Train again from data and code that verify.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.model-version')) {
    const run = data.runId === undefined ? undefined : mlflowId('Run', data.server, data.runId);
    if (run !== undefined && estate.get('mlflow.run', run) !== undefined)
      yield { from: run, to: versionWriteId(data.server, data.name, data.version), facts: [id, run] };
  }
}
