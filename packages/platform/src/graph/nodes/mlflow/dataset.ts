import type { GraphNode, NodeRule } from '@firebreak/contract';
import { datasetsOf } from '../../mlflow/datasets.ts';

/** A dataset as a run recorded it: name and digest say which content, its address where that came from. */
export default {
  kinds: ['Dataset', 'DatasetWrite'],
  needs: ['mlflow.run'],
  *derive(estate): Generator<GraphNode> {
    for (const { content, write, name, digest, source, run } of datasetsOf(estate)) {
      const common = { name, facts: [run] };
      const detail = { digest, ...(source === undefined ? {} : { source }) };
      yield { id: content, kind: 'Dataset', class: 'dataset', ...common, detail };
      yield { id: write, kind: 'DatasetWrite', class: 'update-channel', ...common };
    }
  },
} satisfies NodeRule;
