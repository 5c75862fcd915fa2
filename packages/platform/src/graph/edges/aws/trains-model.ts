import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

/** Joined by the address of the artifact, which the job writes and the model loads. */
export default {
  label: 'TRAINS_MODEL',
  from: ['TrainingJob'],
  to: ['SageMakerModel'],
  needs: ['aws.training-job', 'aws.sagemaker-model'],
  techniques: ['AML.T0020', 'AML.T0018'],
  traverse: 'days',
  explain: {
    what: 'Decides what the model is.',
    why: 'The model loads what this job trained.',
    cut: 'Serve a model that was trained before.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const trained = new Map(estate.all('aws.training-job').map(({ id, data }) => [data.S3ModelArtifacts, id]));
  for (const { id: to, data } of estate.all('aws.sagemaker-model'))
    for (const { ModelDataUrl } of data.Containers) {
      const from = ModelDataUrl === undefined ? undefined : trained.get(ModelDataUrl);
      if (from !== undefined) yield { from, to, facts: [to, from] };
    }
}
