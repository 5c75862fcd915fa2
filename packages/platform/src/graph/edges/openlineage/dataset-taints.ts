import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { datasetNode } from '../../openlineage/datasets.ts';

/** Poisoned input steers the output without giving the job away: likely, not certain. */
export default {
  label: 'DATASET_TAINTS',
  from: ['DatasetWrite', 'CollectionWrite'],
  to: ['DatasetWrite', 'CollectionWrite'],
  needs: ['openlineage.job', 'openlineage.dataset', 'store.collection'],
  techniques: ['AML.T0020', 'AML.T0018'],
  traverse: 'hours',
  explain: {
    what: 'Changes what is made of the data: other data, or the model that is trained on it.',
    why: 'A job makes the one out of the other.',
    cut: 'Take away the right to write to the input, or check it before the job.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

/** A few inputs and outputs: each of them taints each. More than that, and a job is a crossroads that says little. */
const most = 2500;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('openlineage.job')) {
    if (data.inputs.length * data.outputs.length > most) continue;
    for (const input of data.inputs)
      for (const output of data.outputs) {
        const from = writeId(datasetNode(estate, input));
        const to = writeId(datasetNode(estate, output));
        if (from !== to) yield { from, to, facts: [id], likelihood: 0.6, note: `through ${data.name}` };
      }
  }
}
