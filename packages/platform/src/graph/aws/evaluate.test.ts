import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  account,
  accountFact,
  allow,
  deny,
  document,
  group,
  iam,
  managed,
  organizationPolicy,
  role,
  trusting,
  user,
  world,
} from './cases/world.case.ts';
import { type AwsRequest, awsAuthorizer } from './evaluate.ts';

const object = 'arn:aws:s3:::data/x';
const decide = (facts: Parameters<typeof world>[0], request: Partial<AwsRequest> = {}) =>
  awsAuthorizer(world(facts)).decide({
    principal: iam('user/ann'),
    action: 's3:GetObject',
    resource: object,
    resourceAccount: account,
    ...request,
  });
const decision = (...given: Parameters<typeof decide>) => decide(...given).decision;

describe('identity policies', () => {
  test('nothing allows, one allows, a Deny outdoes it, in a group as well', () => {
    expect(decision([user('ann', [])])).toBe('deny');
    expect(decision([user('ann', [allow('s3:Get*')])])).toBe('allow');
    expect(decision([user('ann', [allow('s3:*'), deny('s3:GetObject', 'arn:aws:s3:::data/*')])])).toBe('deny');
    const member = user('ann', [allow('*')], { GroupList: ['staff'] });
    expect(decision([member, group('staff', [deny('s3:*')])])).toBe('deny');
    expect(decision([user('ann', [], { GroupList: ['staff'] }), group('staff', [allow('s3:*')])])).toBe('allow');
  });
  test('NotAction and NotResource select what they do not name', () => {
    expect(decision([user('ann', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }])])).toBe('allow');
    expect(decision([user('ann', [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }])])).toBe('deny');
    const elsewhere = { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::data/*' };
    expect(decision([user('ann', [elsewhere])])).toBe('deny');
    const denyElsewhere = { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::data/*' };
    expect(decision([user('ann', [allow('*'), denyElsewhere])])).toBe('allow');
  });
  test('a document that AWS would not store grants nothing', () => {
    const odd = [{ Effect: 'allow', Action: '*', Resource: '*' }, { Effect: 'Allow', Resource: '*' }, 'x', null, 7];
    expect(decision([user('ann', odd as never)])).toBe('deny');
    expect(decision([user('ann', [allow(['*', 7])])])).toBe('deny');
  });
  test('it says why, and on which facts', () => {
    const attached = { AttachedManagedPolicies: [{ PolicyName: 'Reader', PolicyArn: iam('policy/Reader') }] };
    expect(decide([user('ann', [], attached), managed('Reader', allow('s3:*', '*', { Sid: 'Read' }))])).toEqual({
      decision: 'allow',
      because: ['policy Reader allows it (Read)'],
      facts: [`aws:ManagedPolicy/${iam('policy/Reader')}`, `aws:User/${iam('user/ann')}`],
      keys: [],
    });
  });
});

describe('what nobody can know', () => {
  const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
  test('an unknown key in an Allow or a Deny makes it depend', () => {
    const found = decide([user('ann', [allow('s3:*', '*', mfa)])]);
    expect(found).toMatchObject({ decision: 'depends', keys: ['aws:MultiFactorAuthPresent'] });
    const without = { Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } };
    expect(decision([user('ann', [allow('*'), deny('*', '*', without)])])).toBe('depends');
  });
  test('what does not hang on it is decided all the same', () => {
    expect(decision([user('ann', [allow('s3:*', '*', mfa), allow('s3:*')])])).toBe('allow');
    expect(decision([user('ann', [allow('s3:*', '*', mfa), deny('s3:*')])])).toBe('deny');
  });
  test('a key that the caller chooses is chosen in its favour, but not both ways at once', () => {
    const tag = (operator: string, value: string) => ({ Condition: { [operator]: { 'aws:RequestTag/team': value } } });
    expect(decision([user('ann', [allow('s3:*', '*', tag('StringEquals', 'ml'))])])).toBe('allow');
    expect(decision([user('ann', [allow('*'), deny('*', '*', tag('StringNotEquals', 'ml'))])])).toBe('allow');
    const both = [allow('*', '*', tag('StringEquals', 'ml')), deny('*', '*', tag('StringEquals', 'ml'))];
    expect(decision([user('ann', both)])).not.toBe('allow');
  });
  test('tags of the identity are known', () => {
    const condition = { Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'ml' } } };
    const tagged = (value: string) =>
      user('ann', [allow('*', '*', condition)], { Tags: [{ Key: 'team', Value: value }] });
    expect(decision([tagged('ml')])).toBe('allow');
    expect(decision([tagged('hr')])).toBe('deny');
    expect(decision([user('ann', [allow('*', '*', condition)])])).toBe('deny');
  });
  test('an identity that nobody read depends', () => {
    const resourcePolicy = document({
      Effect: 'Allow',
      Principal: { AWS: '222233334444' },
      Action: '*',
      Resource: '*',
    });
    expect(decision([], { principal: iam('role/x', '222233334444'), resourcePolicy })).toBe('depends');
  });
});

describe('boundary, session and organization', () => {
  const boundary = { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/edge') } };
  test('a boundary allows nothing by itself and holds what it does not name', () => {
    expect(decision([user('ann', [], boundary), managed('edge', allow('*'))])).toBe('deny');
    expect(decision([user('ann', [allow('*')], boundary), managed('edge', allow('ec2:*'))])).toBe('deny');
    expect(decision([user('ann', [allow('*')], boundary), managed('edge', allow('s3:*'))])).toBe('allow');
    // Its document is not known: it allows nothing.
    expect(decision([user('ann', [allow('*')], boundary)])).toBe('deny');
  });
  test('a session policy narrows', () => {
    const sessionPolicies = [document(allow('s3:List*'))];
    expect(decision([user('ann', [allow('*')])], { sessionPolicies })).toBe('deny');
  });
  test('every level of the organization must allow, and the management account is free', () => {
    const everything = organizationPolicy('p-FullAWSAccess', ['r-1', 'ou-1', account], [allow('*')]);
    const noS3 = organizationPolicy('p-1', ['ou-1'], [deny('s3:*')]);
    const place = (more: object) => accountFact(account, { OrganizationPath: ['r-1', 'ou-1', account], ...more });
    const ann = user('ann', [allow('*')]);
    expect(decision([ann, place({}), everything])).toBe('allow');
    expect(decision([ann, place({}), everything, noS3])).toBe('deny');
    expect(decision([ann, place({ ManagementAccount: true }), everything, noS3])).toBe('allow');
    const listed = organizationPolicy('p-2', [account], [allow('ec2:*')]);
    const above = organizationPolicy('p-FullAWSAccess', ['r-1', 'ou-1'], [allow('*')]);
    expect(decision([ann, place({}), above, listed])).toBe('deny');
    // Only a Deny was told: FullAWSAccess is attached, or nothing would work there.
    expect(decision([ann, place({}), organizationPolicy('p-3', [account], [deny('iam:*')])])).toBe('allow');
    const linked = 'role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX';
    const principal = iam(linked);
    expect(decision([role(linked.slice(5), [], [allow('*')]), place({}), everything, noS3], { principal })).toBe(
      'allow',
    );
  });
  describe('an account of which nobody tells where it is', () => {
    const other = '222233334444';
    const placed = accountFact(other, { OrganizationPath: ['r-1', 'ou-1', other] });
    const noS3 = (root = 'r-1') => organizationPolicy(`p-${root}`, [root], [deny('s3:*')]);
    const ann = user('ann', [allow('*')]);
    const place = 'whether the account is in the organization';
    test('is below the one root that is told, as long as no other account is told to be', () => {
      expect(decision([ann, noS3()])).toBe('deny');
      expect(decide([ann, noS3(), placed])).toMatchObject({ decision: 'depends', keys: [place] });
      // Its own path, without the root or beside it, and a policy attached to itself, are told.
      expect(decision([ann, noS3(), placed, accountFact(account, { OrganizationPath: ['r-1', account] })])).toBe(
        'deny',
      );
      expect(decision([ann, noS3(), placed, accountFact(account, { OrganizationPath: ['r-2', account] })])).toBe(
        'allow',
      );
      expect(decision([ann, placed, organizationPolicy('p-1', [account], [deny('s3:*')])])).toBe('deny');
    });
    test('may be below either of two roots', () => {
      const elsewhere = organizationPolicy('p-2', ['r-2'], [deny('ec2:*')]);
      expect(decide([ann, noS3(), elsewhere])).toMatchObject({ decision: 'depends', keys: [place] });
      expect(decision([ann, noS3(), elsewhere], { action: 'sqs:SendMessage' })).toBe('allow');
      const onlyEc2 = [
        organizationPolicy('p-3', ['r-1'], [allow('ec2:*')]),
        organizationPolicy('p-4', ['r-2'], [allow('*')]),
      ];
      expect(decide([ann, ...onlyEc2])).toMatchObject({ decision: 'depends', keys: [place] });
      expect(decision([ann, ...onlyEc2], { action: 'ec2:StopInstances' })).toBe('allow');
    });
    test('is below the root of its organization, and of no other', () => {
      // The ARNs of the policies tell that the root is of o-1.
      expect(decision([ann, noS3(), placed, accountFact(account, { OrganizationId: 'o-1' })])).toBe('deny');
      expect(decision([ann, noS3(), placed, accountFact(account, { OrganizationId: 'o-2' })])).toBe('allow');
    });
    test('has resources that control policies may hold', () => {
      const control = organizationPolicy(
        'p-5',
        ['r-1'],
        [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }],
        'RESOURCE_CONTROL_POLICY',
      );
      expect(decision([ann, control])).toBe('deny');
      expect(decide([ann, control, placed])).toMatchObject({ decision: 'depends', keys: [place] });
    });
  });
  test('a resource control policy holds the resources of its account', () => {
    const control = organizationPolicy(
      'p-4',
      [account],
      [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }],
      'RESOURCE_CONTROL_POLICY',
    );
    expect(decision([user('ann', [allow('*')]), control])).toBe('deny');
    expect(decision([user('ann', [allow('*')]), control], { action: 'ec2:StopInstances' })).toBe('allow');
  });
});

describe('resource policies', () => {
  const other = '222233334444';
  const lets = (principal: unknown, effect = 'Allow') =>
    document({ Effect: effect, Principal: principal, Action: 's3:*', Resource: '*' });
  test('in one account either side is enough; naming the account leaves it to identity policies', () => {
    const ann = user('ann', []);
    expect(decision([ann], { resourcePolicy: lets({ AWS: iam('user/ann') }) })).toBe('allow');
    expect(decision([ann], { resourcePolicy: lets('*') })).toBe('allow');
    expect(decision([ann], { resourcePolicy: lets({ AWS: iam('root') }) })).toBe('deny');
    expect(decision([ann], { resourcePolicy: lets({ AWS: iam('user/bob') }) })).toBe('deny');
    expect(decision([user('ann', [allow('*')])], { resourcePolicy: lets({ AWS: iam('user/bob') }) })).toBe('allow');
    expect(decision([user('ann', [allow('*')])], { resourcePolicy: lets({ AWS: iam('user/ann') }, 'Deny') })).toBe(
      'deny',
    );
    const notAnn = document({ Effect: 'Deny', NotPrincipal: { AWS: iam('user/bob') }, Action: '*', Resource: '*' });
    expect(decision([user('ann', [allow('*')])], { resourcePolicy: notAnn })).toBe('deny');
  });
  test('a Deny that excepts somebody and the root of the account denies the others of the account', () => {
    const but = (...AWS: readonly string[]) =>
      document({ Effect: 'Deny', NotPrincipal: { AWS }, Action: '*', Resource: '*' });
    const facts = [user('ann', [allow('*')]), user('boss', [allow('*')])];
    for (const root of [iam('root'), account]) {
      expect(decision(facts, { resourcePolicy: but(iam('user/boss'), root) })).toBe('deny');
      expect(decision(facts, { principal: iam('user/boss'), resourcePolicy: but(iam('user/boss'), root) })).toBe(
        'allow',
      );
    }
    expect(decision(facts, { resourcePolicy: but(iam('user/ann'), iam('user/boss'), iam('root')) })).toBe('allow');
  });
  test('across accounts both sides must allow', () => {
    const resourcePolicy = lets({ AWS: account });
    expect(decision([user('ann', [allow('*')])], { resourceAccount: other, resourcePolicy })).toBe('allow');
    expect(decision([user('ann', [])], { resourceAccount: other, resourcePolicy })).toBe('deny');
    expect(decision([user('ann', [])], { resourceAccount: other, resourcePolicy: lets('*') })).toBe('deny');
    expect(decision([user('ann', [allow('*')])], { resourceAccount: other })).toBe('deny');
  });
  test('a boundary holds a role that is named, but not a user that is', () => {
    const edge = { PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/edge') } };
    const facts = [user('ann', [], edge), role('job', [], [], edge), managed('edge', allow('ec2:*'))];
    expect(decision(facts, { resourcePolicy: lets({ AWS: iam('user/ann') }) })).toBe('allow');
    const asRole = { principal: iam('role/job'), resourcePolicy: lets({ AWS: iam('role/job') }) };
    expect(decision(facts, asRole)).toBe('deny');
  });
  test('where the resource decides, identity policies alone are nothing', () => {
    const ann = user('ann', [allow('kms:*')]);
    const ask = { action: 'kms:Decrypt', resource: `arn:aws:kms:eu-west-1:${account}:key/1`, resourceDecides: true };
    expect(decision([ann], ask)).toBe('deny');
    const root = document({ Effect: 'Allow', Principal: { AWS: iam('root') }, Action: 'kms:*', Resource: '*' });
    expect(decision([ann], { ...ask, resourcePolicy: root })).toBe('allow');
    expect(decision([user('ann', [])], { ...ask, resourcePolicy: root })).toBe('deny');
  });
  test('a session of a role is not the role', () => {
    const session = `arn:aws:sts::${account}:assumed-role/job/build-1`;
    const facts = [role('job', [trusting({ Service: 'ec2.amazonaws.com' })])];
    expect(decision(facts, { principal: iam('role/job'), resourcePolicy: lets({ AWS: session }) })).toBe('depends');
  });
});

/** Policies from a tiny vocabulary, decided by the definition alone. */
const actions = ['s3:Get', 's3:Put', 'iam:Pass'];
const resources = ['arn:aws:s3:::a', 'arn:aws:s3:::b'];
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  action: fc.record({ not: fc.boolean(), value: fc.constantFrom('*', 's3:*', ...actions) }),
  resource: fc.record({ not: fc.boolean(), value: fc.constantFrom('*', 'arn:aws:s3:::*', ...resources) }),
});
type Small = { Effect: string; action: { not: boolean; value: string }; resource: { not: boolean; value: string } };
const written = ({ Effect, action, resource }: Small) => ({
  Effect,
  [action.not ? 'NotAction' : 'Action']: action.value,
  [resource.not ? 'NotResource' : 'Resource']: [resource.value],
});
const selects = ({ not, value }: Small['action'], text: string) =>
  (value === text || value === '*' || (value.endsWith('*') && text.startsWith(value.slice(0, -1)))) !== not;
const said = (list: readonly Small[], effect: string, action: string, resource: string) =>
  list.some((each) => each.Effect === effect && selects(each.action, action) && selects(each.resource, resource));

test('random policies are decided as the definition says', () => {
  const list = fc.array(statement, { maxLength: 4 });
  fc.assert(
    fc.property(
      list,
      list,
      list,
      fc.constantFrom(...actions),
      fc.constantFrom(...resources),
      (own, of, edge, action, resource) => {
        const facts = [
          user('ann', own.map(written), {
            GroupList: ['staff'],
            PermissionsBoundary: { PermissionsBoundaryArn: iam('policy/edge') },
          }),
          group('staff', of.map(written)),
          managed('edge', ...edge.map(written)),
        ];
        const both = [...own, ...of];
        const denied = [...both, ...edge].some((each) => said([each], 'Deny', action, resource));
        const allowed = said(both, 'Allow', action, resource) && said(edge, 'Allow', action, resource);
        expect(decision(facts, { action, resource })).toBe(!denied && allowed ? 'allow' : 'deny');
      },
    ),
    { numRuns: 500 },
  );
});

test('ten thousand statements, a thousand stars and absurd documents are decided', () => {
  const many = Array.from({ length: 10_000 }, (_, number) => allow(`s3:Get${number}*`, `arn:aws:s3:::b${number}/*`));
  const stars = allow(`${'*a'.repeat(1000)}`, `arn:aws:s3:::${'*a'.repeat(1000)}`);
  const nested: Record<string, unknown> = {};
  nested.Statement = { Effect: 'Allow', Action: { deeper: nested }, Resource: '*', Condition: { x: { y: nested } } };
  const absurd = user('ann', [...many, stars, allow('s3:GetObject', object)], {
    UserPolicyList: [
      { PolicyName: 'many', PolicyDocument: document(...many, stars, allow('s3:GetObject', object)) },
      { PolicyName: 'odd', PolicyDocument: { Version: 7, Statement: [nested.Statement] } },
    ],
  });
  expect(decision([absurd])).toBe('allow');
  expect(decision([absurd], { action: 's3:Get77Object', resource: 'arn:aws:s3:::b77/x' })).toBe('allow');
  expect(decision([absurd], { action: 's3:Get77Object', resource: 'arn:aws:s3:::b78/x' })).toBe('deny');
});
