import { type DerivedEdge, type EdgeRule, type Estate, mlflowId } from '@firebreak/contract';
import { registeredModelWriteId } from '../../mlflow/models.ts';

export default {
  label: 'ALIAS_MOVE',
  from: ['RegisteredModelWrite'],
  to: ['Alias'],
  needs: ['mlflow.registered-model'],
  techniques: ['AML.T0018', 'AML.T0010.003'],
  traverse: 'seconds',
  explain: {
    what: 'Points the alias at a version of its own.',
    why: 'Whoever may write the registered model may move its aliases.',
    cut: 'Take the permission to edit the model away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.registered-model'))
    for (const { alias, version } of data.aliases)
      yield {
        from: registeredModelWriteId(data.server, data.name),
        to: mlflowId('Alias', data.server, `${data.name}@${alias}`),
        facts: [id],
        note: `${alias}, now version ${version}`,
      };
}
