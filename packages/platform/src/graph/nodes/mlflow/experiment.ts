import type { GraphNode, NodeRule } from '@firebreak/contract';
import { experimentWriteId } from '../../mlflow/models.ts';

/** An experiment, and the right to write to it: to add runs and to change what its runs left behind. */
export default {
  kinds: ['Experiment', 'ExperimentWrite'],
  needs: ['mlflow.experiment'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('mlflow.experiment')) {
      const { name, artifactLocation, lifecycleStage, tags } = fact.data;
      const common = { name, facts: [fact.id] };
      yield {
        id: fact.id,
        kind: 'Experiment',
        class: 'pipeline',
        ...common,
        ...(Object.keys(tags).length === 0 ? {} : { about: { tags } }),
        detail: {
          ...(artifactLocation === undefined ? {} : { artifactLocation }),
          ...(lifecycleStage === undefined ? {} : { lifecycleStage }),
        },
      };
      yield { id: experimentWriteId(fact), kind: 'ExperimentWrite', class: 'update-channel', ...common };
    }
  },
} satisfies NodeRule;
