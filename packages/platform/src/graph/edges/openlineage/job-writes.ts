import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { datasetNode } from '../../openlineage/datasets.ts';

export default {
  label: 'JOB_WRITES',
  from: ['Job'],
  to: ['DatasetWrite', 'CollectionWrite'],
  needs: ['openlineage.job', 'openlineage.dataset', 'store.collection'],
  techniques: ['AML.T0020', 'AML.T0018'],
  traverse: 'minutes',
  explain: {
    what: 'Changes what the job puts out: data, features, or a model.',
    why: 'The job’s runs had this dataset as output.',
    cut: 'Take the job’s right to the dataset away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('openlineage.job'))
    for (const output of data.outputs) yield { from, to: writeId(datasetNode(estate, output)), facts: [from] };
}
