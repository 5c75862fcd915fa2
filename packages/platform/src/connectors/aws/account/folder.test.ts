/** A folder of the command line's answers, the printed role, and how an account is named on the command line. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { collectEstate } from '../../../facts/collect.ts';
import aws from '../index.ts';
import { liveAddress } from './address.ts';
import { commandName } from './calls.ts';
import { scopes } from './collect.ts';
import { fileName, isAnswerFolder } from './folder.ts';

const signal = new AbortController().signal;
const base = mkdtempSync(join(tmpdir(), 'firebreak-answers-'));
afterAll(() => rmSync(base, { recursive: true }));
let count = 0;

function folder(files: Readonly<Record<string, unknown>>): string {
  count += 1;
  const root = join(base, String(count));
  for (const [name, content] of Object.entries({
    'sts/get-caller-identity.json': { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/x' },
    ...files,
  })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}
const read = (root: string) => collectEstate(aws, aws.parse(root), signal);

test('operations are called as the command line calls them', () => {
  expect(
    [
      'ListBuckets',
      'GetPublicAccessBlock',
      'ListOpenIDConnectProviders',
      'BatchGetProjects',
      'ListFunctionUrlConfigs',
    ].map(commandName),
  ).toEqual([
    'list-buckets',
    'get-public-access-block',
    'list-open-id-connect-providers',
    'batch-get-projects',
    'list-function-url-configs',
  ]);
  expect(['prod/db', '..', 'a b'].map(fileName)).toEqual(['prod%2Fdb', '%2E%2E', 'a%20b']);
});

test('what nobody asked is a gap once; what has no answer among others has none', async () => {
  const { estate, gaps } = await read(
    folder({
      's3api/list-buckets.json': { Buckets: [{ Name: 'a' }, { Name: 'b' }] },
      's3api/get-bucket-policy/a.json': { Policy: '{"Version":"2012-10-17","Statement":[]}' },
    }),
  );
  expect(estate.all('aws.bucket').map(({ data }) => [data.Name, data.Policy !== undefined, data.AccountId])).toEqual([
    ['a', true, '123456789012'],
    ['b', false, '123456789012'],
  ]);
  const about = (words: string) => gaps.filter(({ reason }) => reason.startsWith(words));
  expect(about('get-bucket-policy')).toEqual([]);
  expect(about('get-bucket-tagging')[0]).toMatchObject({ code: 'FB-AWS-UNREAD', kinds: ['aws.bucket'] });
  expect(about('list-functions')[0]).toMatchObject({ code: 'FB-AWS-UNREAD', kinds: ['aws.function'] });
});

test('regions are the folders that hold services', async () => {
  const of = (name: string, region: string) => ({
    Functions: [{ FunctionName: name, FunctionArn: `arn:aws:lambda:${region}:123456789012:function:${name}` }],
  });
  const root = folder({
    'eu-west-1/lambda/list-functions.json': of('a', 'eu-west-1'),
    'us-east-1/lambda/list-functions.json': of('b', 'us-east-1'),
  });
  expect(await isAnswerFolder(root)).toBe(true);
  expect((await read(root)).estate.all('aws.function').map(({ data }) => data.FunctionName)).toEqual(['a', 'b']);
  expect(await isAnswerFolder(base)).toBe(false);
});

test('the region of a folder without regions is the one that all its ARNs have, or nobody knows it', async () => {
  const jobs = { 'glue/get-jobs.json': { Jobs: [{ Name: 'clean' }] } };
  const repository = (region: string) => ({
    repositories: [
      { repositoryName: 'a', repositoryArn: `arn:aws:ecr:${region}:123456789012:repository/a` },
      { repositoryName: 'b', repositoryArn: 'arn:aws:ecr:eu-west-1:123456789012:repository/b' },
    ],
  });
  const told = await read(folder({ ...jobs, 'ecr/describe-repositories.json': repository('eu-west-1') }));
  expect(told.estate.all('aws.glue-job').map(({ data }) => data.Arn)).toEqual([
    'arn:aws:glue:eu-west-1:123456789012:job/clean',
  ]);
  for (const others of [{}, { 'ecr/describe-repositories.json': repository('us-east-1') }]) {
    const { estate, gaps } = await read(folder({ ...jobs, ...others }));
    expect(estate.all('aws.glue-job')).toEqual([]);
    expect(gaps.some(({ code, kinds }) => code === 'FB-AWS-INVALID' && kinds.includes('aws.glue-job'))).toBe(true);
  }
});

test('a file that is none, nests without end, or leads out of the folder is a gap, and no entry is made of it', async () => {
  const root = folder({
    's3api/list-buckets.json': '{"Buckets": [',
    'lambda/list-functions.json': `{"Functions":${'['.repeat(500)}${']'.repeat(500)}}`,
    'ssm/describe-parameters.json': {
      Parameters: [{ Name: 'x', ARN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/x' }, 7, null, { Name: ['y'] }],
    },
  });
  mkdirSync(join(root, 'kms'));
  symlinkSync('/etc/hostname', join(root, 'kms/list-keys.json'));
  const { estate, gaps } = await read(root);
  expect(estate.all('aws.parameter').map(({ data }) => data.Name)).toEqual(['x']);
  const codes = gaps.map(({ code, kinds }) => `${code} ${kinds.join()}`);
  expect(codes).toEqual(
    expect.arrayContaining([
      'FB-HTTP-RESPONSE-INVALID aws.bucket',
      'FB-HTTP-RESPONSE-INVALID aws.function',
      'FB-HTTP-RESPONSE-INVALID aws.kms-key',
      'FB-AWS-INVALID aws.parameter',
    ]),
  );
});

test('the first part of an answer is said to be one', async () => {
  const Functions = [{ FunctionName: 'f', FunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f' }];
  const { estate, gaps } = await read(folder({ 'lambda/list-functions.json': { Functions, NextToken: 'more' } }));
  expect(estate.all('aws.function')).toHaveLength(1);
  expect(gaps.find(({ reason }) => reason.startsWith('list-functions'))).toMatchObject({
    code: 'FB-AWS-UNREAD',
    kinds: ['aws.function'],
  });
});

test('events that somebody cut short are enough', async () => {
  const userIdentity = { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ann' };
  const event = { userIdentity, eventSource: 's3.amazonaws.com', eventName: 'CreateBucket', awsRegion: 'eu-west-1' };
  const CloudTrailEvent = JSON.stringify({ ...event, eventTime: '2026-05-01T00:00:00Z' });
  const { estate, gaps } = await read(
    folder({ 'cloudtrail/lookup-events.json': { Events: [{ CloudTrailEvent }], NextToken: 'more' } }),
  );
  expect(estate.all('aws.trail-use').map(({ id, data }) => [id, data.Actions[0]?.Action])).toEqual([
    ['aws:TrailUse/eu-west-1/arn:aws:iam::123456789012:user/ann', 's3:CreateBucket'],
  ]);
  expect(gaps.filter(({ kinds }) => kinds.includes('aws.trail-use'))).toEqual([]);
});

test('without the account nothing is made up', async () => {
  const root = folder({ 's3api/list-buckets.json': { Buckets: [{ Name: 'a' }] } });
  rmSync(join(root, 'sts'), { recursive: true });
  const { estate, gaps } = await read(root);
  expect(estate.size).toBe(0);
  expect(gaps.some(({ code, kinds }) => code === 'FB-AWS-UNREAD' && kinds.includes('aws.bucket'))).toBe(true);
});

test('the printed role allows what the readings ask, reads only, and fits into a managed policy', () => {
  const role = aws.permissions([]);
  const { Statement } = JSON.parse(role) as { Statement: { Action: string[]; Effect: string }[] };
  const actions = Statement.flatMap(({ Action }) => Action);
  expect(new Set(actions)).toEqual(new Set(scopes.flatMap(({ operations }) => Object.values(operations))));
  for (const action of actions)
    expect(action).toMatch(/^[a-z0-9-]+:(Get|List|Describe|BatchGet|LookupEvents|GenerateServiceLastAccessedDetails)/);
  for (const secret of ['secretsmanager:GetSecretValue', 'ssm:GetParameter', 'kms:Decrypt', 's3:GetObject'])
    expect(actions).not.toContain(secret);
  expect(role.replace(/\s/g, '').length).toBeLessThan(6144);
});

test('an account is named by nothing, or by settings; the rest is a path', () => {
  expect(liveAddress('')).toEqual({ live: { regions: [] } });
  expect(liveAddress('profile=audit,regions=eu-west-1,us-east-1,endpoint=http://127.0.0.1:5000')).toEqual({
    live: { profile: 'audit', regions: ['eu-west-1', 'us-east-1'], endpoint: 'http://127.0.0.1:5000' },
  });
  expect(liveAddress('./answers')).toBeUndefined();
  expect(() => liveAddress('regions=nowhere')).toThrow('FB-USAGE');
  expect(() => liveAddress('endpoint=file:///etc')).toThrow('FB-USAGE');
});
