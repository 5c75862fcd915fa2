import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { grantEdges } from '../../mlflow/access.ts';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'EXPERIMENT_EDIT',
  from: ['User'],
  to: ['ExperimentWrite'],
  needs: ['mlflow.user', 'mlflow.experiment'],
  techniques: ['AML.T0018'],
  traverse: 'seconds',
  explain: {
    what: 'Adds runs to the experiment, and changes what its runs left behind.',
    why: 'The user was granted to edit it.',
    cut: 'Take the permission away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function derive(estate: Estate): Generator<DerivedEdge> {
  return grantEdges(estate, 'experiment', 'EDIT', ({ id }) => writeId(id));
}
