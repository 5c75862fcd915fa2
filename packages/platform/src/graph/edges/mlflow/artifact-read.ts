import { type DerivedEdge, type EdgeRule, type Estate, mlflowId } from '@firebreak/contract';
import { placeOf } from '../../mlflow/models.ts';

export default {
  label: 'ARTIFACT_READ',
  from: ['Bucket', 'RegisteredModel'],
  to: ['ModelVersion'],
  needs: ['mlflow.model-version'],
  techniques: ['AML.T0035', 'T1530'],
  traverse: 'minutes',
  explain: {
    what: 'Has the files of the version.',
    why: 'They lie in this place.',
    cut: 'Take the right to read there away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.model-version')) {
    yield { from: mlflowId('RegisteredModel', data.server, data.name), to: id, facts: [id] };
    const place = placeOf(data.storage);
    if (place?.kind === 'bucket') yield { from: place.content, to: id, facts: [id], note: data.storage ?? '' };
  }
}
