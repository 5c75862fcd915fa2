import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { array, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, nameOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(/^arn:[^:]+:sagemaker:[a-z0-9-]+:\d{12}:endpoint\/[a-zA-Z0-9-]{1,63}$/, 'an endpoint'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when there is none. */
  endpoint: z
    .object({
      status: z.string(),
      config: z.string(),
      tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
    })
    .nullable(),
  /** Whether the configuration that it is made of is there: without it nothing could be brought back. */
  hasConfig: z.boolean(),
});
type Before = z.infer<typeof before>;

const write = (of: Params, verb: Write['verb'], operation: string, more: object = {}): Write => ({
  verb,
  object: awsId(of.arn),
  service: 'sagemaker',
  operation,
  region: regionOf(of.arn),
  input: { EndpointName: nameOf(of.arn), ...more },
  ...(verb === 'delete' ? { removes: true } : {}),
});

/** By listing: SageMaker answers that something is not there as if the question were wrong. */
async function isListed(
  desk: Desk,
  operation: string,
  list: string,
  key: string,
  name: string,
  region: string | undefined,
) {
  const answer = await desk.get('sagemaker', operation, { NameContains: name }, region);
  return array(answer?.[list]).some((each) => textAt(each, key) === name);
}

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  const region = regionOf(arn);
  const name = nameOf(arn);
  if (!(await isListed(desk, 'ListEndpoints', 'Endpoints', 'EndpointName', name, region)))
    return { endpoint: null, hasConfig: false };
  const whole = await desk.get('sagemaker', 'DescribeEndpoint', { EndpointName: name }, region);
  const tags = await desk.get('sagemaker', 'ListTags', { ResourceArn: arn }, region);
  const config = textAt(whole, 'EndpointConfigName') ?? '';
  const listed = await isListed(desk, 'ListEndpointConfigs', 'EndpointConfigs', 'EndpointConfigName', config, region);
  return {
    endpoint: {
      status: textAt(whole, 'EndpointStatus') ?? '',
      config,
      tags: array(tags?.Tags)
        .map((tag) => ({ Key: textAt(tag, 'Key') ?? '', Value: textAt(tag, 'Value') ?? '' }))
        // AWS's own cannot be set by us.
        .filter(({ Key }) => !Key.startsWith('aws:'))
        .sort((a, b) => (a.Key < b.Key ? -1 : 1)),
    },
    hasConfig: listed,
  };
}

const goes = (status: string | undefined) => status === 'Deleting';

/** Takes a model endpoint down. SageMaker has no pause: it is deleted, and made again of the same configuration. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.stop-sagemaker-endpoint',
  title: 'Stop model endpoint',
  stage: 'eviction',
  targetKinds: ['SageMakerEndpoint'],
  params,
  before,
  permissions: [
    'sagemaker:ListEndpoints *',
    'sagemaker:ListEndpointConfigs *',
    ...['DescribeEndpoint', 'DeleteEndpoint', 'CreateEndpoint', 'ListTags', 'AddTags'].map(
      (action) => `sagemaker:${action} arn:*:sagemaker:*:*:endpoint/*`,
    ),
    'sagemaker:CreateEndpoint arn:*:sagemaker:*:*:endpoint-config/*',
  ],
  target: (of) => refOf(of.arn),
  describe: (of) => `Delete model endpoint ${nameOf(of.arn)}. Its configuration and models stay.`,
  undoes: (of) =>
    `Model endpoint ${nameOf(of.arn)} is made again of the same configuration and tags, which takes minutes. Instance counts begin as configured; scaling policies that were registered for it are registered again by whoever did.`,
  drastic: () => true,
  takes: () => 60,
  impact: (of, estate) =>
    impactOf('stop-sagemaker-endpoint', interruptThing(estate, awsId(of.arn), 'It answers nobody.', 'model')),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ endpoint }) => endpoint === null,
    goneIsWanted: true,
    objection: ({ endpoint, hasConfig }) =>
      hasConfig
        ? undefined
        : `Its configuration ${endpoint?.config} is not there any more: once deleted it could not be brought back.`,
    wanted: ({ endpoint }) => goes(endpoint?.status),
    forward: (_, of) => [write(of, 'delete', 'DeleteEndpoint')],
    back(now, of, was) {
      if (now.endpoint !== null) {
        return goes(now.endpoint.status)
          ? refused('FB-AWS-CONFLICT', 'It is still being deleted.', true)
          : refused('FB-UNDO-CHANGED', 'Somebody else made an endpoint of this name since.');
      }
      const { config, tags } = was.endpoint ?? {};
      const more = tags === undefined || tags.length === 0 ? {} : { Tags: tags };
      return [write(of, 'recreate', 'CreateEndpoint', { EndpointConfigName: config, ...more })];
    },
    matter: ({ endpoint }) =>
      endpoint === null || goes(endpoint.status) ? null : { config: endpoint.config, tags: endpoint.tags },
    steady: ({ endpoint }) => endpoint,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { endpoint } = await read(await deskOf(attempt, of.account), of);
    const what = `Model endpoint ${nameOf(of.arn)} answers nobody`;
    if (endpoint === null) return [{ what, result: 'holds', evidence: 'There is no such endpoint.' }];
    const result = goes(endpoint.status) ? 'cannot-tell' : 'fails';
    return [{ what, result, evidence: `Its status is ${endpoint.status}.` }];
  },
});
