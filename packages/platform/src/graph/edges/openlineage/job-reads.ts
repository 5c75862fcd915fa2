import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { datasetNode } from '../../openlineage/datasets.ts';

export default {
  label: 'JOB_READS',
  from: ['Job'],
  to: ['Dataset', 'Collection'],
  needs: ['openlineage.job', 'openlineage.dataset', 'store.collection'],
  techniques: ['T1213', 'AML.T0035'],
  traverse: 'minutes',
  explain: {
    what: 'Reads the data that the job works on.',
    why: 'The job’s runs had this dataset as input.',
    cut: 'Take the job’s right to the dataset away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('openlineage.job'))
    for (const input of data.inputs) yield { from, to: datasetNode(estate, input), facts: [from] };
}
