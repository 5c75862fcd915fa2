/** Identity and escalation rules on small accounts; the 65 ways of pathfinding.cloud have a suite of their own in scenarios/. */
import type { AnyFact, EdgeLine } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { allow, deny, group, iam, managed, role, trusting, user, world } from '../../aws/cases/world.case.ts';
import type { EscalationRule } from '../../aws/escalation.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { edgeLines } from '../../exports.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

function edges(facts: readonly AnyFact[], unread: readonly string[] = []): readonly EdgeLine[] {
  return [...edgeLines(deriveGraph(world(facts, unread), nodeRules, edgeRules))];
}
/** `TYPE from -> to` for steps other than the account's hold on its own. */
function steps(facts: readonly AnyFact[], unread: readonly string[] = []): readonly string[] {
  return edges(facts, unread)
    .filter(({ type }) => type !== 'ACCOUNT_CONTROL')
    .map(
      ({ type, from, with: others = [], to }) =>
        `${type} ${[from, ...others].map(({ name }) => name).join('+')} -> ${to.name}`,
    );
}

const everything = [allow('*')];
const byLambda = [trusting({ Service: 'lambda.amazonaws.com' })];
const administrator = 'administrator of 111122223333';

const escalations = edgeRules.filter((rule): rule is EscalationRule => 'escalation' in rule);

test('a way that asks for more covers exactly those that ask for a part of it', () => {
  const permissions = (rule: EscalationRule) => new Set(rule.escalation.steps.map(({ action }) => action));
  const ways = escalations.filter(({ aka }) => aka?.pathfinding !== undefined);
  for (const rule of ways) {
    const own = permissions(rule);
    const larger = ways.filter(
      (each) => permissions(each).size > own.size && [...own].every((one) => permissions(each).has(one)),
    );
    const covering = (rule.escalation.coveredBy ?? []).map(({ label }) => label);
    expect([...covering].sort(), rule.label).toEqual(larger.map(({ label }) => label).sort());
  }
});

test('all 65 ways have one rule each', () => {
  const ids = escalations.flatMap(({ aka }) => aka?.pathfinding ?? []);
  expect(ids).toHaveLength(65);
  expect(new Set(ids).size).toBe(65);
});

describe('who holds the account', () => {
  test('by right, by group, or not with a Deny in it', () => {
    expect(steps([user('ann', everything)])).toEqual([`ACCOUNT_ADMINISTRATOR ann -> ${administrator}`]);
    expect(steps([user('ann', [], { GroupList: ['admins'] }), group('admins', everything)])).toEqual([
      `ACCOUNT_ADMINISTRATOR admins -> ${administrator}`,
      `ACCOUNT_ADMINISTRATOR ann -> ${administrator}`,
      'IAM_GROUP_MEMBERSHIP ann -> admins',
    ]);
    expect(steps([user('ann', [...everything, deny('iam:*')])])).toEqual([]);
    expect(steps([user('ann', [allow('s3:*')])])).toEqual([]);
  });
  test('it holds every identity of the account, in one step through a group', () => {
    const found = edges([user('ann', everything), user('bob', [])]).filter(({ type }) => type === 'ACCOUNT_CONTROL');
    expect(found.map(({ to }) => to.name)).toEqual(['ann', 'bob']);
  });
});

describe('taking roles', () => {
  test('the account is trusted: the permission is needed; the identity is named: it is not', () => {
    const byAccount = role('job', [trusting({ AWS: iam('root') })]);
    expect(steps([user('ann', [allow('sts:AssumeRole', iam('role/job'))]), byAccount])).toEqual([
      'STS_ASSUME_ROLE ann -> job',
    ]);
    expect(steps([user('ann', []), byAccount])).toEqual([]);
    const byName = role('job', [trusting({ AWS: iam('user/ann') })]);
    expect(steps([user('ann', []), byName])).toEqual(['ROLE_TRUSTS_IDENTITY ann -> job']);
    expect(steps([user('ann', [deny('sts:*')]), byName])).toEqual([]);
    expect(steps([user('bob', [allow('sts:AssumeRole')]), byName])).toEqual([]);
  });
  test('across accounts both sides are needed, and an administrator goes too', () => {
    const other = '222233334444';
    const there = role('job', [trusting({ AWS: iam('root') })], [], {}, other);
    expect(steps([user('ann', [allow('sts:AssumeRole')]), there])).toContain('STS_ASSUME_ROLE ann -> job');
    expect(steps([user('ann', []), there]).filter((step) => step.includes('ann'))).toEqual([]);
    const found = steps([user('ann', everything), there]);
    expect(found).toContain('ROLE_TRUSTS_IDENTITY ann -> job');
    expect(found).toContain(`ACCOUNT_TRUSTED ${administrator} -> job`);
  });
  test('trust in a circle comes to an end', () => {
    const facts = ['a', 'b', 'c'].map((name, at, all) =>
      role(name, [trusting({ AWS: iam(`role/${all[(at + 1) % 3]}`) })], [allow('sts:AssumeRole')]),
    );
    expect(steps(facts)).toEqual(['STS_ASSUME_ROLE a -> c', 'STS_ASSUME_ROLE b -> a', 'STS_ASSUME_ROLE c -> b']);
  });
  test('strangers, everybody and identity providers come in by name', () => {
    const facts = [
      user('ann', []),
      role('vendor', [
        trusting({ AWS: 'arn:aws:iam::999988887777:root' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
      ]),
      role('open', [trusting('*')]),
      role('sso', [
        { Effect: 'Allow', Principal: { Federated: iam('saml-provider/okta') }, Action: 'sts:AssumeRoleWithSAML' },
      ]),
    ];
    const found = edges(facts);
    expect(found.map(({ type, from, to }) => `${type} ${from.id} -> ${to.name}`)).toEqual(
      expect.arrayContaining([
        'STRANGER_ASSUME aws:Account/999988887777 -> vendor',
        'STRANGER_ASSUME aws:Principal/anybody -> open',
        `IDENTITY_PROVIDER_CONTROL aws:SamlProvider/${iam('saml-provider/okta')} -> sso`,
      ]),
    );
    expect(found.find(({ to, type }) => to.name === 'vendor' && type === 'STRANGER_ASSUME')).toMatchObject({
      likelihood: 0.5,
      note: 'depends on sts:ExternalId',
    });
  });
});

test('whom a trust policy denies is out: an identity provider, and a whole account', () => {
  const okta = iam('saml-provider/okta');
  const saml = (Effect: string, more = {}) => ({
    Effect,
    Principal: { Federated: okta },
    Action: 'sts:AssumeRoleWithSAML',
    ...more,
  });
  const found = (...statements: Readonly<Record<string, unknown>>[]) =>
    edges([role('sso', statements)]).map(({ type }) => type);
  expect(found(saml('Allow'))).toContain('IDENTITY_PROVIDER_CONTROL');
  expect(found(saml('Allow'), saml('Deny'))).not.toContain('IDENTITY_PROVIDER_CONTROL');
  // Whoever signs the tokens says what the condition wants to hear.
  const unless = { Condition: { StringEquals: { 'SAML:aud': 'https://elsewhere.example' } } };
  expect(found(saml('Allow'), saml('Deny', unless))).toContain('IDENTITY_PROVIDER_CONTROL');
  const ours = user('ann', everything);
  const there = (...more: Readonly<Record<string, unknown>>[]) =>
    steps([ours, role('job', [trusting({ AWS: iam('root') }), ...more], [], {}, '222233334444')]);
  expect(there().filter((step) => step.startsWith('ACCOUNT_TRUSTED'))).toHaveLength(1);
  const denied = { Effect: 'Deny', Principal: { AWS: iam('root') }, Action: 'sts:AssumeRole' };
  expect(there(denied).filter((step) => step.endsWith('-> job'))).toEqual([]);
  const leversOf = (facts: readonly AnyFact[], label: string) => {
    const graph = deriveGraph(world(facts), nodeRules, edgeRules);
    return [...graph.liveEdges()]
      .filter(({ type }) => type === label)
      .flatMap((edge) => edge.rule.levers(edge, graph.estate))
      .map(({ params }) => params.cut);
  };
  const deniedBy = (type: string, name: string) => [{ by: 'deny', name, type }];
  expect(leversOf([role('sso', [saml('Allow')])], 'IDENTITY_PROVIDER_CONTROL')).toEqual(deniedBy('Federated', okta));
  const job = role('job', [trusting({ AWS: iam('root') })], [], {}, '222233334444');
  expect(leversOf([ours, job], 'ACCOUNT_TRUSTED')).toEqual(deniedBy('AWS', iam('root')));
});

describe('ways up', () => {
  const maker = user('ann', [allow(['iam:PassRole', 'lambda:CreateFunction', 'lambda:InvokeFunction'])]);
  test('a role is passed only to a service that it trusts, in its own account, and never a service-linked one', () => {
    const linked = 'aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambda';
    const facts = [
      maker,
      role('job', byLambda),
      role('other', [trusting({ Service: 'ec2.amazonaws.com' })]),
      role(linked, byLambda),
      role('there', byLambda, [], {}, '222233334444'),
    ];
    expect(steps(facts)).toEqual(['LAMBDA_CREATE_FUNCTION_INVOKE ann -> job']);
  });
  test('all rights on one new thing must be for the same name of it', () => {
    const scoped = (create: string, invoke: string) =>
      user('ann', [
        allow('iam:PassRole'),
        allow('lambda:CreateFunction', `arn:aws:lambda:*:*:function:${create}`),
        allow('lambda:InvokeFunction', `arn:aws:lambda:*:*:function:${invoke}`),
      ]);
    expect(steps([scoped('team-*', 'team-*'), role('job', byLambda)])).toHaveLength(1);
    expect(steps([scoped('team-*', '*'), role('job', byLambda)])).toHaveLength(1);
    expect(steps([scoped('team-a-*', 'team-b-*'), role('job', byLambda)])).toEqual([]);
  });
  test('an organization that allows one region only leaves that region', () => {
    const elsewhere = deny('*', '*', { Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } } });
    const bounded = user('ann', [
      allow(['lambda:CreateFunction', 'lambda:InvokeFunction']),
      allow('iam:PassRole'),
      { ...elsewhere, Action: undefined, NotAction: 'iam:*' },
    ]);
    expect(steps([bounded, role('job', byLambda)])).toEqual(['LAMBDA_CREATE_FUNCTION_INVOKE ann -> job']);
  });
  test('iam:PassedToService is known, another condition makes it depend', () => {
    const passing = (condition: object) => [
      user('ann', [
        allow(['lambda:CreateFunction', 'lambda:InvokeFunction']),
        allow('iam:PassRole', '*', { Condition: condition }),
      ]),
      role('job', byLambda),
    ];
    expect(steps(passing({ StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } }))).toHaveLength(1);
    expect(steps(passing({ StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }))).toEqual([]);
    const [edge] = edges(passing({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })).filter(
      ({ from }) => from.name === 'ann',
    );
    expect(edge).toMatchObject({ likelihood: 0.5, note: 'depends on aws:SourceIp' });
  });
  test('a thing that was not read is presumed; where the kind was read, only what was found counts', () => {
    const facts = [user('ann', [allow('lambda:UpdateFunctionCode')]), role('job', byLambda), role('other', byLambda)];
    const presumed = edges(facts, ['aws.function']).filter(({ from }) => from.name === 'ann');
    expect(presumed.map(({ to, likelihood, note }) => [to.name, likelihood, note])).toEqual([
      ['job', 0.5, 'presumes a function that runs as it: not read'],
      ['other', 0.5, 'presumes a function that runs as it: not read'],
    ]);
    expect(steps(facts)).toEqual([]);
    const found: AnyFact = {
      id: 'aws:Function/arn:aws:lambda:eu-west-1:111122223333:function:f',
      kind: 'aws.function',
      data: {
        FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
        FunctionName: 'f',
        Role: iam('role/job'),
        EnvironmentNames: [],
        Layers: [],
        SecurityGroupIds: [],
        Tags: [],
      },
      source: { connector: 'aws', locator: 'test' },
    } as AnyFact;
    expect(steps([...facts, found]).filter((step) => step.includes('ann'))).toEqual([
      'LAMBDA_UPDATE_FUNCTION_CODE ann -> job',
    ]);
  });
  test('whoever is bounded does not become administrator by writing its own policy', () => {
    const edge = { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/edge') } };
    const own = [allow('iam:PutUserPolicy', iam('user/ann'))];
    expect(steps([user('ann', own)])).toEqual([`IAM_PUT_USER_POLICY ann -> ${administrator}`]);
    expect(steps([user('ann', own, edge), managed('edge', allow(['iam:PutUserPolicy', 's3:*']))])).toEqual([]);
  });
  test('attaching is worth what may be attached', () => {
    const only = (arn: string) => [
      user('ann', [allow('iam:AttachUserPolicy', '*', { Condition: { ArnEquals: { 'iam:PolicyARN': arn } } })]),
      managed('everything', ...everything),
    ];
    expect(steps(only('arn:aws:iam::aws:policy/AdministratorAccess'))).toHaveLength(1);
    expect(steps(only(iam('policy/everything')))).toHaveLength(1);
    expect(steps(only('arn:aws:iam::aws:policy/ReadOnlyAccess'))).toEqual([]);
  });
  test('writing the policies of another identity is worth the account to whoever holds that one as well', () => {
    expect(steps([user('ann', [allow('iam:PutRolePolicy', iam('role/job'))]), role('job', byLambda)])).toEqual([
      `IAM_RAISE_HELD_IDENTITY ann+job -> ${administrator}`,
    ]);
    expect(steps([user('ann', [allow('iam:PutRolePolicy')]), role('job', byLambda)])).toEqual([
      'IAM_POLICY_AUTHOR ann -> policies of any role of 111122223333',
      `IAM_RAISE_HELD_IDENTITY job+policies of any role of 111122223333 -> ${administrator}`,
    ]);
  });
  test('many holders and many roles share pools: the same steps, and an edge for each holder and pool', () => {
    const names = Array.from({ length: 40 }, (_, number) => `r${number}`);
    const facts = (resource: string) => [
      ...names.map((name) =>
        role(name, byLambda, [
          allow(['lambda:CreateFunction', 'lambda:InvokeFunction']),
          allow('iam:PassRole', resource),
        ]),
      ),
      user('ann', [allow(['lambda:CreateFunction', 'lambda:InvokeFunction']), allow('iam:PassRole', resource)]),
    ];
    const pairs = (resource: string) => [...steps(facts(resource))].sort();
    // On every role, and on a pattern that means every role: told the same, decided once or one by one.
    expect(pairs('*')).toEqual(pairs(iam('role/*')));
    expect(pairs('*')).toHaveLength(40 * 39 + 40);
    expect(pairs('*').some((step) => /(r\d+) -> \1$/.test(step))).toBe(false);
  });
  test('an earlier version that gives everything', () => {
    const arn = iam('policy/deploy');
    const versions = (second: object) => {
      const made = managed('deploy', allow('s3:*')) as Extract<AnyFact, { kind: 'aws.managed-policy' }>;
      const older = {
        VersionId: 'v0',
        IsDefaultVersion: false,
        Document: { Version: '2012-10-17', Statement: [second] },
      };
      return { ...made, data: { ...made.data, PolicyVersionList: [...made.data.PolicyVersionList, older] } } as AnyFact;
    };
    const ann = user('ann', [allow('iam:SetDefaultPolicyVersion')], {
      AttachedManagedPolicies: [{ PolicyName: 'deploy', PolicyArn: arn }],
    });
    expect(steps([ann, versions(allow('*'))])).toEqual([`IAM_SET_DEFAULT_POLICY_VERSION ann -> ${administrator}`]);
    expect(steps([ann, versions(allow('ec2:*'))])).toEqual([]);
  });
});

test('keys and passwords open their user, unless they are switched off', () => {
  const keys = {
    AccessKeys: [
      { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' },
      { AccessKeyId: 'access_key_2', Status: 'Inactive' },
    ],
  };
  const found = edges([user('ann', [], { ...keys, LoginProfile: true })]).filter(
    ({ type }) => type === 'IAM_CREDENTIAL',
  );
  expect(found.map(({ from }) => from.id)).toEqual([
    'aws:AccessKey/AKIAIOSFODNN7EXAMPLE',
    `aws:LoginProfile/${iam('user/ann')}`,
  ]);
});
