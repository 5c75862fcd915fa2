import { type DerivedEdge, type EdgeRule, type Estate, mlflowId } from '@firebreak/contract';
import { moveAlias } from '../../mlflow/levers.ts';
import { versionWriteId } from '../../mlflow/models.ts';

export default {
  label: 'VERSION_FOLLOWED',
  from: ['ModelVersionWrite'],
  to: ['Alias'],
  needs: ['mlflow.registered-model', 'mlflow.model-version'],
  techniques: ['AML.T0018'],
  traverse: 'instant',
  explain: {
    what: 'Decides what the alias gives, because it points to this version.',
    why: 'An alias hands out whatever the version is at that moment.',
    cut: 'Sign versions, and check the signature where they are loaded.',
  },
  severedBy: ['mlflow.move-alias'],
  derive,
  levers: ({ to }, estate) => moveAlias(estate, to),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.registered-model'))
    for (const { alias, version } of data.aliases) {
      const fact = mlflowId('ModelVersion', data.server, `${data.name}/${version}`);
      if (estate.get('mlflow.model-version', fact) === undefined) continue;
      yield {
        from: versionWriteId(data.server, data.name, version),
        to: mlflowId('Alias', data.server, `${data.name}@${alias}`),
        facts: [id, fact],
      };
    }
}
