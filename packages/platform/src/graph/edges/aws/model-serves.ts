import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

/** Models are named within one account and region. */
export default {
  label: 'MODEL_SERVES',
  from: ['SageMakerModel'],
  to: ['SageMakerEndpoint'],
  needs: ['aws.sagemaker-endpoint', 'aws.sagemaker-model'],
  techniques: ['AML.T0018', 'AML.T0010.003'],
  traverse: 'instant',
  explain: {
    what: 'Answers in the place of the model that is served.',
    why: 'The endpoint serves this model.',
    cut: 'Take the model out of the configuration of the endpoint.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const byName = new Map(
    estate.all('aws.sagemaker-model').map(({ id, data }) => [`${placeOf(data.ModelArn)} ${data.ModelName}`, id]),
  );
  for (const { id: to, data } of estate.all('aws.sagemaker-endpoint'))
    for (const name of data.ModelNames) {
      const from = byName.get(`${placeOf(data.EndpointArn)} ${name}`);
      if (from !== undefined) yield { from, to, facts: [to, from] };
    }
}

function placeOf(arn: string): string {
  return arn.split(':').slice(1, 5).join(':');
}
