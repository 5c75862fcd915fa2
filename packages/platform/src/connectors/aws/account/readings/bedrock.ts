import { at, textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

export default {
  service: 'bedrock',
  where: 'region',
  kinds: ['aws.guardrail', 'aws.custom-model'],
  operations: {
    ListGuardrails: 'bedrock:ListGuardrails',
    ListCustomModels: 'bedrock:ListCustomModels',
    GetCustomModel: 'bedrock:GetCustomModel',
    ListTagsForResource: 'bedrock:ListTagsForResource',
  },
  async *read(desk) {
    const tagsOn = async (what: string, arn: string | undefined, name: string) =>
      tagsOf((await desk.get('ListTagsForResource', { resourceARN: arn }, what, name))?.tags);
    const guardrails = await desk.list('ListGuardrails', 'guardrails');
    yield* desk.each(guardrails.items, async (guardrail) => {
      const [arn, id] = [textAt(guardrail, 'arn'), textAt(guardrail, 'id')];
      const Tags = await tagsOn('guardrail', arn, id ?? '');
      return desk.fact(
        'aws.guardrail',
        arn,
        { ...guardrail, guardrailArn: arn, guardrailId: id, Tags },
        guardrails.locator,
      );
    });
    const models = await desk.list('ListCustomModels', 'modelSummaries');
    yield* desk.each(models.items, async (model) => {
      const [arn, name] = [textAt(model, 'modelArn'), textAt(model, 'modelName') ?? ''];
      const whole = await desk.get('GetCustomModel', { modelIdentifier: arn }, name);
      const data = {
        ...model,
        ...whole,
        trainingS3Uri: at(whole, 'trainingDataConfig', 's3Uri'),
        outputS3Uri: at(whole, 'outputDataConfig', 's3Uri'),
        Tags: await tagsOn('custom-model', arn, name),
      };
      return desk.fact('aws.custom-model', arn, data, models.locator);
    });
  },
} satisfies Reading;
