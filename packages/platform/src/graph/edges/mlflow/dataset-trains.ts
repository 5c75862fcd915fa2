import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { datasetsOf } from '../../mlflow/datasets.ts';

/** The run that is recorded has ended. Whoever writes the dataset reaches the next one like it, hence the odds. */
export default {
  label: 'DATASET_TRAINS',
  from: ['DatasetWrite'],
  to: ['Run'],
  needs: ['mlflow.run'],
  techniques: ['AML.T0020', 'AML.T0010.002'],
  traverse: 'days',
  explain: {
    what: 'Poisons what the model is trained on.',
    why: 'The run recorded this dataset as its input.',
    cut: 'Take the right to write the dataset away, and train from a digest that was checked.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { write, run, context, name } of datasetsOf(estate))
    yield {
      from: write,
      to: run,
      facts: [run],
      likelihood: 0.5,
      note: `${context ?? name}: the run has read a certain content; the next one reads what is there then`,
    };
}
