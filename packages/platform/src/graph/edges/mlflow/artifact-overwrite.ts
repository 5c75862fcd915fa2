import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { experimentsOfVersions, experimentWriteId, placeOf, versionWriteId } from '../../mlflow/models.ts';

/** Where an experiment keeps its artifacts in a bucket directly, clients write there with their own rights: the bucket’s count. */
export default {
  label: 'ARTIFACT_OVERWRITE',
  from: ['ExperimentWrite', 'BucketWrite'],
  to: ['ModelVersionWrite'],
  needs: ['mlflow.model-version', 'mlflow.experiment'],
  techniques: ['AML.T0018', 'T1565.001'],
  traverse: 'minutes',
  explain: {
    what: 'Overwrites the files of the version where they lie.',
    why: 'The version is no copy: it points into the artifacts of an experiment or into a bucket.',
    cut: 'Take the right to write there away, or keep released versions in a place of their own.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const experiments = experimentsOfVersions(estate);
  for (const fact of estate.all('mlflow.model-version')) {
    const { server, name, version, storage } = fact.data;
    const to = versionWriteId(server, name, version);
    const note = storage === undefined ? {} : { note: storage };
    const place = placeOf(storage);
    if (place?.kind === 'bucket') yield { from: place.write, to, facts: [fact.id], ...note };
    const experiment = experiments.get(fact.id);
    if (experiment !== undefined)
      yield { from: experimentWriteId(experiment), to, facts: [fact.id, experiment.id], ...note };
  }
}
