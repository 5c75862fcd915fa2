/** Against moto's server, which speaks AWS's protocols: what was made by the SDK is read by the API, and by the command line. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AnyFact, Gap } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import { factsOf } from '../../../facts/join-estates.ts';
import { deriveGraph } from '../../../graph/derive-graph.ts';
import { edgeRules } from '../../../graph/edges/index.ts';
import { nodeRules } from '../../../graph/nodes/index.ts';
import aws from '../index.ts';
import { type Calls, commandName, type Question } from './calls.ts';
import { fileName } from './folder.ts';
import { openLive } from './live.ts';
import { accountSession } from './session.ts';
import { account, region, type Seeded, secretValue, seedAccount } from './testing/seeded-account.case.ts';

const run = promisify(execFile);
const peer = new URL('../../../../../../peers/moto/', import.meta.url).pathname;
const signal = new AbortController().signal;
let url = process.env.FIREBREAK_MOTO_URL ?? '';
let bin = process.env.FIREBREAK_MOTO_BIN ?? '';
let state = '';
let folder = '';
let seeded: Seeded;

beforeAll(async () => {
  bin = /FIREBREAK_MOTO_BIN=(.*)/.exec((await run(`${peer}install`)).stdout)?.[1] ?? bin;
  if (url === '') {
    state = await mkdtemp(join(tmpdir(), 'firebreak-moto-'));
    const { stdout } = await run(`${peer}start`, [state]);
    url = /FIREBREAK_MOTO_URL=(.*)/.exec(stdout)?.[1] ?? '';
  }
  folder = await mkdtemp(join(tmpdir(), 'firebreak-answers-'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'reader');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'reader');
  await fetch(`${url}/moto-api/reset`, { method: 'POST' });
  seeded = await seedAccount(url);
  await writeAnswers();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  if (state !== '') await run(`${peer}stop`, [state]);
  for (const path of [state, folder]) if (path !== '') await rm(path, { recursive: true, force: true });
});

const spec = () => `regions=${region},endpoint=${url}`;

/** Asks everything that a reading asks once more, by the command line of AWS itself, into files. */
async function writeAnswers(): Promise<void> {
  const questions: Question[] = [];
  const calls = await openLive({ regions: [region], endpoint: url });
  const recording: Calls = {
    ...calls,
    ask: (question, ended) => {
      questions.push(question);
      return calls.ask(question, ended);
    },
  };
  const session = accountSession(recording);
  await collectSession({ ...aws, collect: (_, ended) => session.collect(ended) }, session, signal);
  await session.close();
  const lines = questions.map(({ service, operation, region: where, input, about }) => ({
    file: `${[folder, where ?? '.', service, commandName(operation), ...about.map(fileName)].join('/')}.json`,
    args: [
      ...['--region', where ?? region, '--endpoint-url', url, '--output', 'json'],
      ...[service, commandName(operation), '--cli-input-json', JSON.stringify(input)],
    ],
  }));
  const child = spawn(join(bin, 'python'), [`${peer}answers`], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(await once(child, 'exit')).toEqual([0, null]);
}

async function read(source: string) {
  const session = await aws.connect(aws.parse(source), signal);
  try {
    return await collectSession(aws, session, signal);
  } finally {
    await aws.close(session);
  }
}

connectorConformance({
  name: 'aws over a server',
  connector: aws,
  open: () => aws.connect(aws.parse(spec()), signal),
  config: { good: { live: { regions: [region] } }, bad: { live: { regions: ['nowhere'] } } },
  secrets: [secretValue],
});
connectorConformance({
  name: 'aws over what the command line answered',
  connector: aws,
  open: () => aws.connect(aws.parse(folder), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secretValue],
});

test('what was made is read', async () => {
  const { estate } = await read(spec());
  const one = (kind: 'aws.bucket', name: string) => estate.get(kind, `aws:Bucket/arn:aws:s3:::${name}`)?.data;
  expect(one('aws.bucket', 'acme-models')).toMatchObject({
    AccountId: account,
    KMSMasterKeyID: seeded.keyArn,
    PublicAccessBlock: { RestrictPublicBuckets: true },
    Policy: { Statement: [{ Effect: 'Deny' }] },
  });
  expect(estate.all('aws.bucket')).toHaveLength(3);
  expect(estate.get('aws.secret', `aws:Secret/${seeded.secretArn}`)?.data).toMatchObject({
    Name: 'prod/db',
    KmsKeyId: seeded.keyArn,
    Policy: { Statement: [{ Action: 'secretsmanager:DeleteSecret' }] },
  });
  expect(estate.get('aws.kms-key', `aws:KmsKey/${seeded.keyArn}`)?.data).toMatchObject({
    Aliases: ['alias/models'],
    Grants: [{ GranteePrincipal: `arn:aws:iam::${account}:role/trainer` }],
  });
  expect(estate.all('aws.parameter').map(({ data }) => [data.Name, data.Type])).toEqual([
    ['/ml/hub', 'SecureString'],
    ['plain', 'String'],
  ]);
  expect(estate.all('aws.function').map(({ data }) => data)).toMatchObject([
    { FunctionName: 'scorer', EnvironmentNames: ['API_KEY', 'MODEL'], Policy: { Statement: [{ Sid: 'events' }] } },
  ]);
  expect(estate.all('aws.instance').map(({ data }) => data)).toMatchObject([
    {
      IamInstanceProfile: `arn:aws:iam::${account}:instance-profile/node`,
      SecurityGroupIds: [seeded.groupId],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    },
  ]);
  expect(estate.all('aws.eks-cluster').map(({ data }) => data)).toMatchObject([
    { name: 'prod', nodegroups: [{ nodegroupName: 'default' }] },
  ]);
  expect(estate.all('aws.ecs-task-definition').map(({ data }) => data.containerDefinitions)).toMatchObject([
    [{ name: 'main', environmentNames: ['TOKEN'], secrets: [{ valueFrom: seeded.secretArn }] }],
  ]);
  expect(estate.all('aws.codebuild-project')[0]?.data.environmentVariables).toEqual([
    { name: 'PLAIN', type: 'PLAINTEXT' },
    { name: 'DB', type: 'SECRETS_MANAGER', valueFrom: 'prod/db' },
  ]);
  expect(estate.all('aws.training-job')[0]?.data.Inputs).toEqual([
    { ChannelName: 'train', S3Uri: 's3://acme-datasets/fraud/' },
  ]);
  expect(estate.all('aws.sagemaker-endpoint')[0]?.data.ModelNames).toEqual(['fraud']);
  const ci = estate.all('aws.user').find(({ data }) => data.UserName === 'ci')?.data;
  expect(ci?.AccessKeys).toHaveLength(1);
  expect(estate.all('aws.user').map(({ data }) => [data.UserName, data.LoginProfile])).toEqual([
    ['ann', true],
    ['ci', false],
    ['weak', false],
  ]);
  expect(estate.all('aws.account').map(({ data }) => data)).toMatchObject([
    { AccountId: account, ManagementAccount: true, OrganizationPath: [seeded.root, account] },
  ]);
  const guardrail = estate.all('aws.organization-policy').find(({ data }) => data.Name === 'guardrail')?.data;
  expect(guardrail).toMatchObject({ Targets: [seeded.root], Content: { Statement: [{ Effect: 'Deny' }] } });
  expect(estate.all('aws.agent-runtime').map(({ data }) => data)).toMatchObject([
    { agentRuntimeName: 'planner', networkMode: 'PUBLIC', containerUri: expect.stringContaining('/ml/serving:latest') },
  ]);
  expect(estate.all('aws.agent-gateway').map(({ data }) => data)).toMatchObject([
    { name: 'tools', authorizerType: 'AWS_IAM' },
  ]);
  for (const kind of [
    'aws.glue-job',
    'aws.stack',
    'aws.notebook-instance',
    'aws.sagemaker-model',
    'aws.ecr-repository',
  ] as const)
    expect(estate.all(kind)).toHaveLength(1);
});

test('what moto does not have is a gap of its kinds, and of no others', async () => {
  const { gaps } = await read(spec());
  const failed = gaps.filter(({ code }) => code.startsWith('FB-HTTP-'));
  const kinds = new Set(failed.flatMap((gap) => gap.kinds));
  for (const kind of ['aws.last-accessed', 'aws.trail-use', 'aws.guardrail', 'aws.code-interpreter', 'aws.eks-cluster'])
    expect(kinds).toContain(kind);
  for (const kind of ['aws.role', 'aws.user', 'aws.bucket', 'aws.secret', 'aws.function', 'aws.organization-policy'])
    expect(kinds).not.toContain(kind);
});

test('the command line tells the same as the API, fact by fact', async () => {
  const [live, files] = await Promise.all([read(spec()), read(folder)]);
  const facts = ({ estate }: typeof live) =>
    [...factsOf(estate)].map(({ id, kind, data }: AnyFact) => ({ id, kind, data: timeless(data) }));
  expect(facts(files).length).toBeGreaterThan(30);
  expect(facts(files)).toEqual(facts(live));
});

test('the account becomes a graph: a build that may push leads to the model that is served', async () => {
  const { estate } = await read(spec());
  const graph = deriveGraph(estate, nodeRules, edgeRules);
  const edges = new Set(
    [...graph.liveEdges()].map(
      ({ type, from, to }) => `${type} ${from.replace(/^.*[/:]/, '')} ${to.replace(/^.*[/:]/, '')}`,
    ),
  );
  for (const edge of [
    'WORKLOAD_ROLE images builder',
    'ECR_PUSH builder serving',
    'AWS_IMAGE_RUNS serving fraud',
    'MODEL_SERVES fraud fraud',
  ])
    expect(edges).toContain(edge);
  expect(edges).not.toContain('BUCKET_READ ann acme-models');
});

test('what the role does not allow is a gap with the kinds, and the rest is read', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', seeded.weak.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', seeded.weak.secretAccessKey);
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  try {
    const { estate, gaps } = await read(spec());
    const denied = gaps.filter(({ code }: Gap) => code === 'FB-HTTP-FORBIDDEN');
    expect(estate.all('aws.bucket').map(({ data }) => data.Name)).toEqual([
      'acme-code',
      'acme-datasets',
      'acme-models',
    ]);
    expect(estate.all('aws.role')).toEqual([]);
    const kinds = new Set(denied.flatMap((gap) => gap.kinds));
    for (const kind of ['aws.role', 'aws.bucket', 'aws.function', 'aws.secret', 'aws.kms-key'])
      expect(kinds).toContain(kind);
    expect(denied.find(({ reason }) => reason.includes('secretsmanager:ListSecrets'))).toBeDefined();
    expect(gaps.map(({ code }) => code)).not.toContain('FB-HTTP-UNAUTHORIZED');
  } finally {
    await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '1000000' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'reader');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'reader');
  }
});

/** The SDK and the command line print moments differently. */
function timeless(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (_, value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Math.floor(Date.parse(value) / 1000) : value,
  );
}
