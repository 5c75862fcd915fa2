import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { datasetNode, storedIn } from '../../openlineage/datasets.ts';

export default {
  label: 'DATASET_STORED',
  from: ['Bucket', 'BucketWrite'],
  to: ['Dataset', 'DatasetWrite'],
  needs: ['openlineage.dataset'],
  techniques: ['T1530', 'AML.T0020'],
  traverse: 'minutes',
  explain: {
    what: 'Has, or changes, the data that lies in the bucket.',
    why: 'The dataset’s name is an address in this bucket.',
    cut: 'Take away the right to the bucket.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('openlineage.dataset'))
    for (const { bucket } of storedIn(fact)) {
      const node = datasetNode(estate, fact.id);
      yield { from: bucket, to: node, facts: [fact.id] };
      yield { from: writeId(bucket), to: writeId(node), facts: [fact.id] };
    }
}
