import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { grantEdges } from '../../mlflow/access.ts';
import { denyModel } from '../../mlflow/levers.ts';

export default {
  label: 'REGISTERED_MODEL_READ',
  from: ['User'],
  to: ['RegisteredModel'],
  needs: ['mlflow.user', 'mlflow.registered-model'],
  techniques: ['AML.T0035', 'T1213'],
  traverse: 'minutes',
  explain: {
    what: 'Downloads the versions of the model.',
    why: 'The user was granted to read it.',
    cut: 'Take the permission away.',
  },
  severedBy: ['mlflow.deny-model'],
  derive,
  levers: (edge, estate) => denyModel(edge, estate),
} satisfies EdgeRule;

/** The permission that every user has by default is not told by the server: a gap of the connector says so, and no edge is made of it. */
function derive(estate: Estate): Generator<DerivedEdge> {
  return grantEdges(estate, 'registered_model', 'READ', ({ id }) => id);
}
