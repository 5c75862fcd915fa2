import { type DerivedEdge, type EdgeRule, type Estate, mlflowId } from '@firebreak/contract';
import { anybodyId } from '../../mlflow/access.ts';

export default {
  label: 'TRACKING_ADMIN',
  from: ['User', 'Anonymous'],
  to: ['Server'],
  needs: ['mlflow.server', 'mlflow.user'],
  techniques: ['T1078', 'AML.T0012'],
  traverse: 'instant',
  explain: {
    what: 'Administers the tracking server: every experiment, every model.',
    why: 'The user is an administrator, or the server asks nobody who they are.',
    cut: 'Put the server behind authentication, or take the administrator’s rights away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.server'))
    if (data.authentication === 'none')
      yield { from: anybodyId(data.server), to: id, facts: [id], note: 'it asks nobody who they are' };
  for (const { id, data } of estate.all('mlflow.user'))
    if (data.admin) yield { from: id, to: mlflowId('Server', data.server), facts: [id] };
}
