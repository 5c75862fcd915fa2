import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyFact, Fact, FactKind, Gap } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { openFiles } from './files.ts';
import aws from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'firebreak-aws-'));
afterAll(() => rmSync(root, { recursive: true }));
const signal = new AbortController().signal;

function folder(files: Readonly<Record<string, unknown>>): string {
  const path = mkdtempSync(join(root, 'f-'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function read(path: string, maxFileBytes = 1_000_000): Promise<{ facts: AnyFact[]; gaps: Gap[] }> {
  const facts: AnyFact[] = [];
  const gaps: Gap[] = [];
  for await (const each of (await openFiles({ path, maxFileBytes })).collect(signal))
    'fact' in each ? facts.push(each.fact) : gaps.push(each.gap);
  return { facts, gaps };
}
const of = <K extends FactKind>(facts: readonly AnyFact[], kind: K) =>
  facts.filter((fact) => fact.kind === kind) as unknown as Fact<K>[];

const arn = (resource: string, account = '111122223333') => `arn:aws:iam::${account}:${resource}`;
const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const ann = { Arn: arn('user/ann'), UserName: 'ann', UserPolicyList: [{ PolicyName: 'p', PolicyDocument: document }] };
const job = {
  Arn: arn('role/job'),
  RoleName: 'job',
  AssumeRolePolicyDocument: document,
  InstanceProfileList: [],
  RoleLastUsed: { LastUsedDate: '2026-01-02T00:00:00+00:00', Region: 'eu-west-1' },
};
const details = { UserDetailList: [ann], RoleDetailList: [job], GroupDetailList: [], Policies: [] };

const secret = 'wJalrXUtnFEMI';
connectorConformance({
  name: 'aws over files',
  connector: aws,
  open: () =>
    aws.connect(
      aws.parse(
        folder({
          'details.json': { ...details, Unknown: secret, UserDetailList: [{ ...ann, SecretAccessKey: secret }] },
          'broken.json': '{',
          'odd.json': { UserDetailList: [{ Arn: 'no', UserName: 7 }] },
        }),
      ),
      signal,
    ),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID', 'FB-AWS-INVALID', 'FB-AWS-UNREAD'],
});

test('documents come as objects, as text, or encoded as the API sends them', async () => {
  const encoded = encodeURIComponent(JSON.stringify(document));
  const forms = [document, JSON.stringify(document), encoded].map((PolicyDocument, number) => ({
    Arn: arn(`user/u${number}`),
    UserName: `u${number}`,
    UserPolicyList: [{ PolicyName: 'p', PolicyDocument }],
  }));
  const { facts } = await read(folder({ 'a.json': { UserDetailList: forms } }));
  for (const { data } of of(facts, 'aws.user')) expect(data.UserPolicyList[0]?.PolicyDocument).toEqual(document);
});

test('one envelope, one file, or a folder of answers of several accounts', async () => {
  const other = { ...ann, Arn: arn('user/bob', '222233334444'), UserName: 'bob' };
  const several = folder({ 'a.json': details, 'b.json': { AccountAuthorizationDetails: { UserDetailList: [other] } } });
  const { facts } = await read(several);
  expect(of(facts, 'aws.account').map(({ data }) => data.AccountId)).toEqual(['111122223333', '222233334444']);
  expect((await read(join(several, 'a.json'))).facts.map(({ kind }) => kind)).toEqual([
    'aws.user',
    'aws.role',
    'aws.account',
  ]);
});

test('standard input is read as a file is', async () => {
  const input = (async function* () {
    yield Buffer.from(JSON.stringify(details));
  })();
  const session = await openFiles({ path: '-', maxFileBytes: 1000, input });
  const kinds = [];
  for await (const each of session.collect(signal)) if ('fact' in each) kinds.push(each.fact.kind);
  expect(kinds).toContain('aws.role');
});

test('the credential report tells keys and passwords, and so does the list of keys', async () => {
  const report = [
    'user,arn,user_creation_time,password_enabled,password_last_used,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated',
    `<root_account>,${arn('root')},2020-01-01T00:00:00+00:00,not_supported,N/A,false,N/A,N/A,N/A,false,N/A`,
    `ann,${arn('user/ann')},2020-01-01T00:00:00+00:00,true,2026-01-01T00:00:00+00:00,true,2025-01-01T00:00:00+00:00,N/A,N/A,false,N/A`,
  ].join('\r\n');
  const [user] = of((await read(folder({ 'a.json': details, 'report.csv': report }))).facts, 'aws.user');
  expect(user?.data).toMatchObject({
    LoginProfile: true,
    PasswordLastUsed: '2026-01-01T00:00:00+00:00',
    AccessKeys: [{ AccessKeyId: 'access_key_1', Status: 'Active', CreateDate: '2025-01-01T00:00:00+00:00' }],
  });
  const encoded = { Content: Buffer.from(report).toString('base64'), ReportFormat: 'text/csv' };
  const { facts, gaps } = await read(folder({ 'a.json': details, 'report.json': encoded }));
  expect(of(facts, 'aws.user')[0]?.data.LoginProfile).toBe(true);
  expect(gaps.some(({ kinds }) => kinds.includes('aws.access-key'))).toBe(false);
  const keys = { AccessKeyMetadata: [{ UserName: 'ann', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' }] };
  const listed = await read(folder({ 'a.json': details, 'keys.json': keys }));
  expect(of(listed.facts, 'aws.user')[0]?.data.AccessKeys[0]?.AccessKeyId).toBe('AKIAIOSFODNN7EXAMPLE');
});

test('the organization: its policies with their targets, its accounts with their place', async () => {
  const described = {
    Policy: {
      PolicySummary: {
        Id: 'p-1',
        Arn: 'arn:aws:organizations::9:policy/o-1/service_control_policy/p-1',
        Name: 'n',
        Type: 'SERVICE_CONTROL_POLICY',
      },
      Content: JSON.stringify(document),
    },
    Targets: [{ TargetId: 'ou-1', Type: 'ORGANIZATIONAL_UNIT' }],
  };
  const files = {
    'a.json': details,
    'b.json': described,
    'c.json': { Organization: { Id: 'o-1', MasterAccountId: '999988887777' } },
    'd.json': { Accounts: [{ Id: '111122223333', Paths: ['o-1/r-1/ou-1/111122223333/'] }] },
  };
  const { facts } = await read(folder(files));
  expect(of(facts, 'aws.organization-policy')[0]?.data).toMatchObject({
    Id: 'p-1',
    Targets: ['ou-1'],
    Content: document,
  });
  expect(
    of(facts, 'aws.account').map(({ data }) => [data.AccountId, data.OrganizationPath, data.ManagementAccount]),
  ).toEqual([
    ['999988887777', [], true],
    ['111122223333', ['r-1', 'ou-1', '111122223333'], undefined],
  ]);
  // Beside an account a policy without targets is the account's; alone it is everybody's, and that is said.
  const beside = await read(folder({ 'a.json': { ...details, ServiceControlPolicies: [document] } }));
  expect(of(beside.facts, 'aws.organization-policy')[0]?.data.Targets).toEqual(['111122223333']);
  const alone = await read(
    folder({ 'a.json': details, 'b.json': { OrganizationPolicies: [{ Id: 'p-2', Content: document }] } }),
  );
  expect(of(alone.facts, 'aws.organization-policy')[0]?.data.Targets).toEqual(['111122223333']);
  expect(alone.gaps.some(({ reason }) => reason.includes('without its targets'))).toBe(true);
});

test('providers and last use', async () => {
  const files = {
    'a.json': details,
    'b.json': { OpenIDConnectProviderList: [{ Arn: arn('oidc-provider/oidc.example.com/id/A') }] },
    'c.json': {
      Arn: arn('role/job'),
      ServicesLastAccessed: [{ ServiceNamespace: 's3', LastAuthenticated: '2026-01-03T00:00:00Z' }],
    },
  };
  const session = { sessionContext: { sessionIssuer: { type: 'Role', arn: arn('role/job') } } };
  const record = {
    userIdentity: session,
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    awsRegion: 'eu-west-1',
  };
  const log = (day: number) => ({ Records: [{ ...record, eventTime: `2026-05-0${day}T00:00:00Z` }] });
  const { facts, gaps } = await read(folder({ ...files, 'log-1.json': log(1), 'log-2.json': log(2) }));
  expect(of(facts, 'aws.trail-use')).toMatchObject([
    { id: `aws:TrailUse/eu-west-1/${arn('role/job')}`, data: { Events: 2, LastSeen: '2026-05-02T00:00:00.000Z' } },
  ]);
  expect(gaps.flatMap(({ kinds }) => kinds)).not.toContain('aws.trail-use');
  expect(of(facts, 'aws.oidc-provider')[0]?.data.Url).toBe('oidc.example.com/id/A');
  expect(of(facts, 'aws.last-accessed')[0]).toMatchObject({ id: `aws:LastAccessed/${arn('role/job')}` });
});

test('what is not told is a gap with the kinds that it leaves open', async () => {
  const { gaps } = await read(folder({ 'a.json': { ...details, Users: [{ Arn: arn('user/bob'), UserName: 'bob' }] } }));
  const kinds = gaps.flatMap((gap) => gap.kinds);
  expect(kinds).toEqual(
    expect.arrayContaining(['aws.function', 'aws.instance', 'aws.stack-set', 'aws.access-key', 'aws.user']),
  );
  const attached = [
    { PolicyName: 'Odd', PolicyArn: 'arn:aws:iam::aws:policy/Odd' },
    { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  ];
  const lacking = await read(folder({ 'a.json': { UserDetailList: [{ ...ann, AttachedManagedPolicies: attached }] } }));
  const [missing] = lacking.gaps.filter((gap) => gap.kinds.includes('aws.managed-policy'));
  expect(missing?.reason).toMatch(/^1 attached policies .*policy\/Odd\.$/);
});

test('hostile files cost themselves and nothing else', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { facts, gaps } = await read(
    folder({
      'a.json': details,
      'deep.json': deep,
      'deeper.json': `{"UserDetailList":${deep}}`,
      'large.json': `{"x":"${'y'.repeat(2_000_000)}"}`,
      'binary.json': '\u0000\u0001',
      'other.json': { hello: 'world' },
      'proto.json': '{"__proto__":{"UserDetailList":[{"Arn":"x"}]},"UserDetailList":[{"__proto__":7}]}',
    }),
  );
  expect(of(facts, 'aws.user').map(({ data }) => data.UserName)).toEqual(['ann']);
  expect(new Set(gaps.map(({ code }) => code))).toEqual(
    new Set([
      'FB-YAML-BOMB',
      'FB-FILE-TOO-LARGE',
      'FB-YAML-INVALID',
      'FB-FILE-SKIPPED',
      'FB-AWS-INVALID',
      'FB-AWS-UNREAD',
    ]),
  );
});

test('what is no source is refused with a code', async () => {
  await expect(openFiles({ path: join(root, 'nothing'), maxFileBytes: 1 })).rejects.toThrow('FB-SOURCE-UNREADABLE');
  await expect(openFiles({ path: '/dev/null', maxFileBytes: 1 })).rejects.toThrow('FB-SOURCE-UNREADABLE');
  const { gaps } = await read(folder({}));
  expect(gaps.map(({ code }) => code)).toEqual(['FB-SOURCE-EMPTY']);
});
