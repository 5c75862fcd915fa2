import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { grantEdges } from '../../mlflow/access.ts';
import { denyModel } from '../../mlflow/levers.ts';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'REGISTERED_MODEL_EDIT',
  from: ['User'],
  to: ['RegisteredModelWrite'],
  needs: ['mlflow.user', 'mlflow.registered-model'],
  techniques: ['AML.T0018'],
  traverse: 'seconds',
  explain: {
    what: 'Adds versions to the model and moves its aliases and stages.',
    why: 'The user was granted to edit it.',
    cut: 'Take the permission away.',
  },
  severedBy: ['mlflow.deny-model'],
  derive,
  levers: (edge, estate) => denyModel(edge, estate),
} satisfies EdgeRule;

function derive(estate: Estate): Generator<DerivedEdge> {
  return grantEdges(estate, 'registered_model', 'EDIT', ({ id }) => writeId(id));
}
