/** What runs as what, from where its code and data come, and what the internet reaches: and what only looks alike. */
import { type AnyFact, accountAdminId, awsId, type FactKind, factSchemas } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';
import accountResources from './account-resources.ts';
import publicWorkload from './public-workload.ts';

const account = '111111111111';
const at = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${account}:${resource}`;
const roleArn = `arn:aws:iam::${account}:role/worker`;
const uri = `${account}.dkr.ecr.eu-west-1.amazonaws.com/serving`;

function fact(kind: FactKind, arn: string, data: object): AnyFact {
  return {
    id: awsId(arn),
    kind,
    data: factSchemas[kind].parse(data),
    source: { connector: 'test', locator: 'test' },
  } as AnyFact;
}
const role = (more: object = {}) =>
  fact('aws.role', roleArn, { Arn: roleArn, RoleName: 'worker', AssumeRolePolicyDocument: {}, ...more });
const lambda = (more: object) =>
  fact('aws.function', at('lambda', 'function:f'), {
    FunctionArn: at('lambda', 'function:f'),
    FunctionName: 'f',
    ...more,
  });
const instance = (more: object) =>
  fact('aws.instance', at('ec2', 'instance/i-1'), {
    Arn: at('ec2', 'instance/i-1'),
    InstanceId: 'i-1',
    State: 'running',
    ...more,
  });
const group = (permission: object) =>
  fact('aws.security-group', at('ec2', 'security-group/sg-1'), {
    Arn: at('ec2', 'security-group/sg-1'),
    GroupId: 'sg-1',
    IpPermissions: [permission],
  });
const model = (more: object) =>
  fact('aws.sagemaker-model', at('sagemaker', 'model/m'), {
    ModelArn: at('sagemaker', 'model/m'),
    ModelName: 'm',
    ...more,
  });

function edges(...facts: readonly AnyFact[]): readonly string[] {
  const rules = edgeRules.filter(({ label }) => ours.has(label));
  const short = (id: string) => id.replace(/^\w+:(\w+)\/.*[/:]/, '$1/');
  return [...deriveGraph(estateOf(facts, []), [], rules).liveEdges()].map(
    ({ type, from, to }) => `${type} ${short(from)} ${short(to)}`,
  );
}
const ours = new Set([
  'WORKLOAD_ROLE',
  'SERVICE_RUNS_TASK',
  'WORKLOAD_SECRET',
  'BUCKET_CODE',
  'BUCKET_FEEDS',
  'AWS_IMAGE_RUNS',
  'MODEL_SERVES',
  'TRAINS_MODEL',
  'AGENT_ACTION',
  'KNOWLEDGE_INFLUENCES',
  'PUBLIC_WORKLOAD',
]);
const of = (label: string, ...facts: readonly AnyFact[]) =>
  edges(...facts).filter((edge) => edge.startsWith(`${label} `));

describe('what runs as which role', () => {
  test('a function by ARN, a job by name, an instance by its profile', () => {
    expect(of('WORKLOAD_ROLE', lambda({ Role: roleArn }))).toEqual(['WORKLOAD_ROLE Function/f Role/worker']);
    const job = fact('aws.glue-job', at('glue', 'job/j'), { Arn: at('glue', 'job/j'), Name: 'j', Role: 'worker' });
    expect(of('WORKLOAD_ROLE', job)).toEqual(['WORKLOAD_ROLE GlueJob/j Role/worker']);
    const Arn = `arn:aws:iam::${account}:instance-profile/p`;
    const withProfile = role({ InstanceProfileList: [{ Arn, InstanceProfileName: 'p' }] });
    expect(of('WORKLOAD_ROLE', withProfile, instance({ IamInstanceProfile: Arn }))).toEqual([
      'WORKLOAD_ROLE Instance/i-1 Role/worker',
    ]);
    expect(of('WORKLOAD_ROLE', role(), instance({ IamInstanceProfile: Arn }), lambda({}))).toEqual([]);
  });

  test('a service runs its task, which reads what it is given', () => {
    const arn = at('ecs', 'task-definition/t:3');
    const secret = at('secretsmanager', 'secret:db-AbCdEf');
    const task = fact('aws.ecs-task-definition', arn, {
      taskDefinitionArn: arn,
      executionRoleArn: roleArn,
      containerDefinitions: [
        {
          name: 'c',
          secrets: [
            { name: 'A', valueFrom: `${secret}:password::` },
            { name: 'B', valueFrom: '/ml/hub' },
          ],
        },
      ],
    });
    const service = (desiredCount: number) =>
      fact('aws.ecs-service', at('ecs', 'service/c/s'), {
        serviceArn: at('ecs', 'service/c/s'),
        taskDefinition: arn,
        desiredCount,
      });
    expect(edges(task, service(1))).toEqual(
      [
        'SERVICE_RUNS_TASK EcsService/s EcsTaskDefinition/t:3',
        'WORKLOAD_SECRET EcsTaskDefinition/t:3 Parameter/hub',
        'WORKLOAD_SECRET EcsTaskDefinition/t:3 Secret/db-AbCdEf',
      ].map((edge) => edge.replace('EcsTaskDefinition/t:3', 'EcsTaskDefinition/3')),
    );
    expect(of('SERVICE_RUNS_TASK', task, service(0))).toEqual([]);
  });
});

test('whoever holds the account takes what is in it, and nothing of another', () => {
  const taken = (...facts: readonly AnyFact[]) =>
    [...accountResources.derive(estateOf(facts, []))].flatMap(({ from, to }) =>
      typeof to === 'string' ? [] : [...to.members()].map(({ node }) => `${from} ${node}`),
    );
  const admin = accountAdminId(account);
  const elsewhere = at('lambda', 'function:g').replace(account, '222222222222');
  const secret = at('secretsmanager', 'secret:db-AbCdEf');
  expect(
    taken(
      lambda({}),
      fact('aws.secret', secret, { Arn: secret, Name: 'db' }),
      fact('aws.function', elsewhere, { FunctionArn: elsewhere, FunctionName: 'g' }),
    ),
  ).toEqual([
    `${admin} ${awsId(secret)}`,
    `${admin} ${awsId(at('lambda', 'function:f'))}`,
    `${accountAdminId('222222222222')} ${awsId(elsewhere)}`,
  ]);
});

describe('images', () => {
  const repository = (imageTagMutability: string) =>
    fact('aws.ecr-repository', at('ecr', 'repository/serving'), {
      repositoryArn: at('ecr', 'repository/serving'),
      repositoryName: 'serving',
      repositoryUri: uri,
      imageTagMutability,
    });
  test('a tag is followed; a digest, a fixed tag and somebody else’s registry are not', () => {
    expect(of('AWS_IMAGE_RUNS', lambda({ Code: { ImageUri: `${uri}:v1` } }), repository('MUTABLE'))).toEqual([
      'AWS_IMAGE_RUNS Repository/serving Function/f',
    ]);
    expect(of('AWS_IMAGE_RUNS', lambda({ Code: { ImageUri: `${uri}:v1` } }), repository('IMMUTABLE'))).toEqual([]);
    expect(of('AWS_IMAGE_RUNS', lambda({ Code: { ImageUri: `${uri}@sha256:${'a'.repeat(64)}` } }))).toEqual([]);
    expect(of('AWS_IMAGE_RUNS', lambda({ Code: { ImageUri: 'docker.io/library/python:3' } }))).toEqual([]);
  });
});

describe('models and data', () => {
  test('from the bucket to the model to its endpoint, and from training data by way of the job', () => {
    const job = fact('aws.training-job', at('sagemaker', 'training-job/j'), {
      TrainingJobArn: at('sagemaker', 'training-job/j'),
      TrainingJobName: 'j',
      Inputs: [{ S3Uri: 's3://data/fraud/' }, { S3Uri: 'not an address' }],
      S3ModelArtifacts: 's3://models/fraud/model.tar.gz',
    });
    const served = model({ Containers: [{ ModelDataUrl: 's3://models/fraud/model.tar.gz' }] });
    const endpoint = (ModelNames: string[], region = 'eu-west-1') => {
      const arn = at('sagemaker', 'endpoint/e').replace('eu-west-1', region);
      return fact('aws.sagemaker-endpoint', arn, { EndpointArn: arn, EndpointName: 'e', ModelNames });
    };
    expect(edges(job, served, endpoint(['m']))).toEqual(
      [
        'BUCKET_FEEDS aws:BucketWrite/arn:aws:s3:::data TrainingJob/j',
        'BUCKET_FEEDS aws:BucketWrite/arn:aws:s3:::models SageMakerModel/m',
        'MODEL_SERVES SageMakerModel/m SageMakerEndpoint/e',
        'TRAINS_MODEL TrainingJob/j SageMakerModel/m',
      ].map((edge) => edge.replace(/aws:BucketWrite\/arn:aws:s3:::/, 'BucketWrite/')),
    );
    expect(of('MODEL_SERVES', served, endpoint(['other']), endpoint(['m'], 'us-east-1'))).toEqual([]);
    expect(of('TRAINS_MODEL', job, model({ Containers: [{ ModelDataUrl: 's3://models/other.tar.gz' }] }))).toEqual([]);
  });

  test('what is written there is a jewel, by use, by tag and by name; a tag takes it away', () => {
    const bucket = (Name: string, Tags: object[] = []) =>
      fact('aws.bucket', `arn:aws:s3:::${Name}`, { Arn: `arn:aws:s3:::${Name}`, Name, Tags });
    const facts = [
      model({ Containers: [{ ModelDataUrl: 's3://store/m.tar.gz' }] }),
      bucket('store'),
      bucket('logs'),
      bucket('acme-datasets'),
      bucket('finance', [{ Key: 'sensitivity', Value: 'Restricted' }]),
      bucket('old-models', [{ Key: 'firebreak.dev/crown-jewel', Value: 'false' }]),
    ];
    const nodes = deriveGraph(estateOf(facts, []), nodeRules, []).nodes.filter(({ kind }) => kind === 'Bucket');
    expect(nodes.map(({ name, class: asset, jewel }) => [name, asset, jewel])).toEqual([
      ['acme-datasets', 'dataset', 'storage named after datasets'],
      ['finance', 'volume', 'its sensitivity is Restricted'],
      ['logs', 'volume', undefined],
      ['old-models', 'model', undefined],
      ['store', 'model', 'models are served from it'],
    ]);
  });

  test('an agent acts by its functions, and obeys what it reads', () => {
    const agent = fact('aws.bedrock-agent', at('bedrock', 'agent/A'), {
      agentArn: at('bedrock', 'agent/A'),
      agentId: 'A',
      actionGroups: [
        { actionGroupName: 'pay', lambda: `${at('lambda', 'function:f')}:live` },
        { parentActionSignature: 'AMAZON.CodeInterpreter' },
      ],
      knowledgeBaseIds: ['K', 'gone'],
    });
    const base = fact('aws.knowledge-base', at('bedrock', 'knowledge-base/K'), {
      knowledgeBaseArn: at('bedrock', 'knowledge-base/K'),
      knowledgeBaseId: 'K',
      dataSources: [{ dataSourceId: 'D', bucketArn: 'arn:aws:s3:::docs' }],
    });
    expect(edges(agent, base)).toEqual([
      'AGENT_ACTION BedrockAgent/A Function/f',
      'BUCKET_FEEDS BucketWrite/docs KnowledgeBase/K',
      'KNOWLEDGE_INFLUENCES KnowledgeBase/K BedrockAgent/A',
    ]);
  });
});

describe('the internet', () => {
  const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  const reachable = { PublicIpAddress: '203.0.113.7', SecurityGroupIds: ['sg-1'] };
  const callable = (condition: object = {}, Principal: unknown = '*', more: readonly object[] = []) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal,
        Action: 'lambda:InvokeFunctionUrl',
        Resource: at('lambda', 'function:f'),
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' }, ...condition },
      },
      ...more,
    ],
  });
  test.each([
    ['an open port on a public address', [instance(reachable), group(ssh)], 1],
    ['over IPv6', [instance(reachable), group({ IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] })], 1],
    ['no public address', [instance({ SecurityGroupIds: ['sg-1'] }), group(ssh)], 0],
    ['a stopped machine', [instance({ ...reachable, State: 'stopped' }), group(ssh)], 0],
    ['some addresses', [instance(reachable), group({ ...ssh, IpRanges: [{ CidrIp: '198.51.100.0/24' }] })], 0],
    ['ping', [instance(reachable), group({ ...ssh, IpProtocol: 'icmp' })], 0],
    ['a function URL for everybody', [lambda({ UrlAuthType: 'NONE', Policy: callable() })], 1],
    [
      'a function URL that its policy lets some networks call',
      [lambda({ UrlAuthType: 'NONE', Policy: callable({ IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }) })],
      1,
    ],
    ['a function URL that nothing lets anybody call', [lambda({ UrlAuthType: 'NONE' })], 0],
    [
      'a function URL that its policy lets one account call',
      [lambda({ UrlAuthType: 'NONE', Policy: callable({}, { AWS: account }) })],
      0,
    ],
    [
      'a function URL that its policy lets the organization call',
      [lambda({ UrlAuthType: 'NONE', Policy: callable({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }) })],
      0,
    ],
    [
      'a function URL that its policy takes from everybody again',
      [lambda({ UrlAuthType: 'NONE', Policy: callable({}, '*', [{ Effect: 'Deny', Principal: '*', Action: '*' }]) })],
      0,
    ],
    ['a function URL that asks for a signature', [lambda({ UrlAuthType: 'AWS_IAM' })], 0],
  ])('%s', (_, facts, count) => expect(of('PUBLIC_WORKLOAD', ...facts)).toHaveLength(count));

  test('a function URL whose policy could not be read may be for everybody', () => {
    const unread = { kinds: ['aws.function'], where: 'x', code: 'FB-AWS-UNREAD', reason: 'x', next: '' };
    const facts = [lambda({ UrlAuthType: 'NONE' })];
    expect([...publicWorkload.derive(estateOf(facts, [unread]))]).toHaveLength(1);
    expect([...publicWorkload.derive(estateOf(facts, [{ ...unread, kinds: ['aws.secret'] }]))]).toEqual([]);
  });
});
