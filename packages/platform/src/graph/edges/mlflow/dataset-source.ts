import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { datasetsOf } from '../../mlflow/datasets.ts';
import { placeOf } from '../../mlflow/models.ts';

export default {
  label: 'DATASET_SOURCE',
  from: ['BucketWrite'],
  to: ['DatasetWrite'],
  needs: ['mlflow.run'],
  techniques: ['AML.T0020', 'T1565.001'],
  traverse: 'minutes',
  explain: {
    what: 'Changes the dataset where it lies.',
    why: 'The run recorded that it read the dataset from this bucket.',
    cut: 'Take the right to write to the bucket away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { write, source, run } of datasetsOf(estate)) {
    const place = placeOf(source);
    if (place?.kind === 'bucket') yield { from: place.write, to: write, facts: [run], note: source ?? '' };
  }
}
