/** AWS meets other systems by what both write: a repository's address, a bucket's name. Never by what only looks alike. */
import { type AnyFact, awsId, type FactKind, factSchemas } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const account = '111111111111';
const at = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${account}:${resource}`;
const registry = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;

function fact(kind: FactKind, arn: string, data: object): AnyFact {
  const source = { connector: 'test', locator: 'test' };
  return { id: awsId(arn), kind, data: factSchemas[kind].parse(data), source } as AnyFact;
}
const objects = (...list: readonly object[]) =>
  list.flatMap((object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts);
function role(name: string, Action: string, Resource: string): AnyFact {
  const arn = `arn:aws:iam::${account}:role/${name}`;
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] };
  const data = {
    Arn: arn,
    RoleName: name,
    AssumeRolePolicyDocument: {},
    RolePolicyList: [{ PolicyName: 'p', PolicyDocument }],
  };
  return fact('aws.role', arn, data);
}
/** What is reached from a role, without the steps between. */
function reached(name: string, facts: readonly AnyFact[]): readonly string[] {
  const graph = deriveGraph(estateOf(facts, []), nodeRules, edgeRules);
  const edges = [...graph.liveEdges()];
  const found = new Set([awsId(`arn:aws:iam::${account}:role/${name}`)]);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { from, with: also, to } of edges) if ([from, ...also].every((id) => found.has(id))) found.add(to);
  }
  return [...found];
}

describe('an image repository of AWS is the same to whoever pushes to it and whoever runs from it', () => {
  const repository = fact('aws.ecr-repository', at('ecr', 'repository/ml/serving'), {
    repositoryArn: at('ecr', 'repository/ml/serving'),
    repositoryName: 'ml/serving',
    repositoryUri: `${registry}/ml/serving`,
    imageTagMutability: 'MUTABLE',
  });
  const pusher = role('pusher', 'ecr:PutImage', at('ecr', 'repository/ml/serving'));
  const pod = (image: string) =>
    objects({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ml' },
      spec: { containers: [{ name: 'c', image }] },
    });
  const lambda = (ImageUri: string) =>
    fact('aws.function', at('lambda', 'function:f'), {
      FunctionArn: at('lambda', 'function:f'),
      FunctionName: 'f',
      Code: { ImageUri },
    });
  const task = (image: string) =>
    fact('aws.ecs-task-definition', at('ecs', 'task-definition/t:1'), {
      taskDefinitionArn: at('ecs', 'task-definition/t:1'),
      containerDefinitions: [{ name: 'c', image }],
    });
  const runs = (image: string) =>
    reached('pusher', [repository, pusher, ...pod(image), lambda(image), task(image)]).filter((id) =>
      /Container|Function|EcsTaskDefinition/.test(id),
    );

  test('a pod, a function and a task', () =>
    expect(runs(`${registry}/ml/serving:v1`).sort()).toEqual([
      `aws:EcsTaskDefinition/${at('ecs', 'task-definition/t:1')}`,
      `aws:Function/${at('lambda', 'function:f')}`,
      'kubernetes:Container/ml/p/c',
    ]));
  test.each([
    ['another account', '222222222222.dkr.ecr.eu-west-1.amazonaws.com/ml/serving:v1'],
    ['another region', `${account}.dkr.ecr.us-east-1.amazonaws.com/ml/serving:v1`],
    ['another registry', 'ghcr.io/ml/serving:v1'],
    ['no registry', 'ml/serving:v1'],
    ['a longer name', `${registry}/ml/serving-2:v1`],
    ['a registry that only begins so', `${registry}.example.com/ml/serving:v1`],
    ['a digest', `${registry}/ml/serving@sha256:${'a'.repeat(64)}`],
  ])('not the same name with %s', (_, image) => expect(runs(image)).toEqual([]));
});

describe('a bucket is the same to whoever writes to it and whoever loads from it', () => {
  const bucket = fact('aws.bucket', 'arn:aws:s3:::acme-models', {
    Arn: 'arn:aws:s3:::acme-models',
    Name: 'acme-models',
    AccountId: account,
  });
  const writer = role('writer', 's3:PutObject', 'arn:aws:s3:::acme-models/*');
  const reader = role('reader', 's3:GetObject', 'arn:aws:s3:::acme-models/*');
  const loads = (uri: string) => [
    fact('aws.sagemaker-model', at('sagemaker', 'model/m'), {
      ModelArn: at('sagemaker', 'model/m'),
      ModelName: 'm',
      Containers: [{ ModelDataUrl: uri }],
    }),
    fact('aws.training-job', at('sagemaker', 'training-job/j'), {
      TrainingJobArn: at('sagemaker', 'training-job/j'),
      TrainingJobName: 'j',
      Inputs: [{ ChannelName: 'train', S3Uri: uri }],
    }),
    ...objects({
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'i', namespace: 'ml' },
      spec: { predictor: { model: { modelFormat: { name: 'x' }, storageUri: uri } } },
    }),
  ];
  const model = /SageMakerModel|TrainingJob|InferenceService/;
  const taken = (who: string, uri: string) =>
    reached(who, [bucket, writer, reader, ...loads(uri)]).filter((id) => model.test(id));

  test('a model, its training, and what KServe serves', () => {
    const found = taken('writer', 's3://acme-models/fraud/1');
    expect(found).toEqual(
      expect.arrayContaining([
        `aws:SageMakerModel/${at('sagemaker', 'model/m')}`,
        `aws:TrainingJob/${at('sagemaker', 'training-job/j')}`,
      ]),
    );
    expect(found.some((id) => id.startsWith('kubernetes:') && id.includes('InferenceService'))).toBe(true);
  });
  test('whoever only reads decides nothing', () => {
    expect(taken('reader', 's3://acme-models/fraud/1').filter((id) => id.startsWith('aws:'))).toEqual([]);
  });
  test.each([
    ['of another cloud', 'gs://acme-models/fraud/1'],
    ['with a longer name', 's3://acme-models-2/fraud/1'],
    ['as a folder of another', 's3://other/acme-models/fraud'],
  ])('not a bucket %s', (_, uri) => expect(taken('writer', uri)).toEqual([]));
});
