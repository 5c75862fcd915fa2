/** Amazon Bedrock's log of model invocations, from CloudWatch or its bucket. Source: Bedrock user guide, "model invocation logging". */
import { awsId, type EventFormat } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

export default {
  id: 'bedrock-invocation',
  title: 'Amazon Bedrock model invocations',
  systems: ['aws'],
  is: (value) => textAt(value, 'schemaType') === 'ModelInvocationLog',
  read(value) {
    const arn = textAt(value, 'identity', 'arn');
    const account = textAt(value, 'accountId');
    const model = textAt(value, 'modelId') ?? 'a model';
    const error = textAt(value, 'errorCode');
    return {
      time: moment(field(value, 'timestamp')),
      system: account === undefined ? 'aws' : `aws ${account}`,
      actor: {
        name: arn ?? 'nobody named',
        ...told({
          id: arn === undefined ? undefined : principalOfArn(arn),
          session: arn === undefined ? undefined : /:assumed-role\/[^/]+\/(.+)$/.exec(arn)?.[1],
        }),
      },
      operation: `bedrock:${textAt(value, 'operation') ?? 'InvokeModel'} ${model}`,
      activity: 'execute',
      // Models of one's own and profiles have ARNs; a foundation model's name is no thing of the estate.
      targets: model.startsWith('arn:') ? [awsId(model)] : [],
      outcome: error === undefined ? 'done' : /AccessDenied|Unauthorized/.test(error) ? 'refused' : 'failed',
      ...told({ reason: error, ownId: textAt(value, 'requestId') }),
    };
  },
} satisfies EventFormat;
