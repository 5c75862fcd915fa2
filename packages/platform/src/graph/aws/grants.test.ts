/** Groups and candidates only spare questions: the edges are those that asking about every pair would give. */
import type { AnyFact, Estate, FactKind } from '@firebreak/contract';
import { awsId, factSchemas } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { deriveGraph } from '../derive-graph.ts';
import awsSecretRead from '../edges/aws/aws-secret-read.ts';
import bucketRead from '../edges/aws/bucket-read.ts';
import bucketWrite from '../edges/aws/bucket-write.ts';
import kmsDecrypt from '../edges/aws/kms-decrypt.ts';
import { awsAuthorizer } from './evaluate.ts';
import { holdersOf } from './holders.ts';

const accounts = ['111111111111', '222222222222'] as const;
const [own, other] = accounts;

function fact(kind: FactKind, arn: string, data: object): AnyFact {
  const parsed = factSchemas[kind].parse(data);
  return { id: awsId(arn), kind, data: parsed, source: { connector: 'test', locator: 'test' } } as AnyFact;
}
const document = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
function role(name: string, statements: readonly object[], account: string = own): AnyFact {
  const Arn = `arn:aws:iam::${account}:role/${name}`;
  const RolePolicyList = statements.length === 0 ? [] : [{ PolicyName: 'p', PolicyDocument: document(...statements) }];
  return fact('aws.role', Arn, { Arn, RoleName: name, AssumeRolePolicyDocument: document(), RolePolicyList });
}
function secret(name: string, more: object = {}, account: string = own, region = 'eu-west-1'): AnyFact {
  const Arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
  return fact('aws.secret', Arn, { Arn, Name: name, ...more });
}
function bucket(Name: string, more: object = {}): AnyFact {
  const Arn = `arn:aws:s3:::${Name}`;
  return fact('aws.bucket', Arn, { Arn, Name, AccountId: own, ...more });
}
const keyArn = `arn:aws:kms:eu-west-1:${own}:key/k`;
const keyOf = (statements: readonly object[], more: object = {}) =>
  fact('aws.kms-key', keyArn, {
    Arn: keyArn,
    KeyId: 'k',
    KeyManager: 'CUSTOMER',
    KeyState: 'Enabled',
    Policy: document(...statements),
    ...more,
  });
const toAccount = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${own}:root` }, Action: 'kms:*', Resource: '*' };

function edgesOf(rule: typeof awsSecretRead, facts: readonly AnyFact[]) {
  return [...deriveGraph(estateOf(facts, []), [], [rule as never]).liveEdges()].map(({ from, with: also, to, note }) =>
    [
      short(from),
      ...also.map((id) => `+${short(id)}`),
      '->',
      short(to),
      ...(note === undefined ? [] : [`(${note})`]),
    ].join(' '),
  );
}
const short = (id: string) => id.replace(/^.*[/:]/, '');
const get = 'secretsmanager:GetSecretValue';

describe('secrets', () => {
  test('a right to everything is one edge to all of an account and region, and not to those of another', () => {
    const facts = [
      role('r', [{ Effect: 'Allow', Action: get, Resource: '*' }]),
      secret('a'),
      secret('b'),
      secret('c', {}, own, 'us-east-1'),
      secret('d', {}, other),
    ];
    const edges = [...awsSecretRead.derive(estateOf(facts, []))];
    expect(edges.map(({ to }) => (typeof to === 'string' ? to : to.key))).toEqual([
      `aws-secrets:${own}:eu-west-1`,
      `aws-secrets:${own}:us-east-1`,
    ]);
    expect(edgesOf(awsSecretRead, facts)).toEqual(['r -> a', 'r -> b', 'r -> c']);
  });

  test.each([
    [
      'a name',
      [{ Effect: 'Allow', Action: get, Resource: `arn:aws:secretsmanager:*:${own}:secret:a*` }],
      ['r -> a', 'r -> ab'],
    ],
    [
      'all but one',
      [
        { Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: '*:secret:b' },
        { Effect: 'Deny', Action: '*', Resource: `arn:aws:secretsmanager:*:*:secret:ab` },
      ],
      ['r -> a', 'r -> b'],
    ],
    [
      'by tag',
      [{ Effect: 'Allow', Action: get, Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/team': 'ml' } } }],
      ['r -> b'],
    ],
    [
      'what depends',
      [{ Effect: 'Allow', Action: get, Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }],
      ['r -> a (depends on aws:SourceIp)', 'r -> ab (depends on aws:SourceIp)', 'r -> b (depends on aws:SourceIp)'],
    ],
    ['another action', [{ Effect: 'Allow', Action: 'secretsmanager:DescribeSecret', Resource: '*' }], []],
  ])('by %s', (_, statements, expected) => {
    const facts = [
      role('r', statements),
      secret('a', { Tags: [{ Key: 'team', Value: 'web' }] }),
      secret('ab', { Tags: [{ Key: 'team', Value: 'web' }] }),
      secret('b', { Tags: [{ Key: 'team', Value: 'ml' }] }),
    ];
    expect(edgesOf(awsSecretRead, facts)).toEqual(expected);
  });

  test('a tag that a secret was read without is not on it; of one that was not read, nobody knows', () => {
    const on = (key: string) => [
      { Effect: 'Allow', Action: get, Resource: '*', Condition: { StringEquals: { [key]: 'ml' } } },
    ];
    const facts = (key: string, Tags: readonly object[] = []) => [role('r', on(key)), secret('a', { Tags })];
    const unread = { kinds: ['aws.secret'], where: 'x', code: 'FB-AWS-UNREAD', reason: 'x', next: '' };
    const notes = (...given: Parameters<typeof estateOf>) =>
      [...awsSecretRead.derive(estateOf(...given))].map(({ note }) => note);
    for (const key of ['aws:ResourceTag/team', 'secretsmanager:ResourceTag/team']) {
      expect(notes(facts(key), [])).toEqual([]);
      expect(notes(facts(key), [unread])).toEqual([`depends on ${key}`]);
      expect(notes(facts(key, [{ Key: 'team', Value: 'ml' }]), [unread])).toEqual([undefined]);
      // Tags come all together.
      expect(notes(facts(key, [{ Key: 'owner', Value: 'ml' }]), [unread])).toEqual([]);
    }
  });

  test('across accounts both sides must allow', () => {
    const policy = {
      Policy: document({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${other}:root` },
        Action: get,
        Resource: '*',
      }),
    };
    const stranger = (statements: readonly object[]) => role('s', statements, other);
    const allow = { Effect: 'Allow', Action: get, Resource: '*' };
    expect(edgesOf(awsSecretRead, [stranger([allow]), secret('a', policy), secret('b')])).toEqual(['s -> a']);
    expect(edgesOf(awsSecretRead, [stranger([]), secret('a', policy)])).toEqual([]);
  });

  test('behind a customer’s key the key is needed, by the same identity', () => {
    const locked = secret('a', { KmsKeyId: keyArn });
    const allow = { Effect: 'Allow', Action: get, Resource: '*' };
    const decrypt = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn };
    expect(edgesOf(awsSecretRead, [role('r', [allow, decrypt]), locked, keyOf([toAccount])])).toEqual(['r +k -> a']);
    expect(edgesOf(awsSecretRead, [role('r', [allow]), locked, keyOf([toAccount])])).toEqual([]);
    expect(edgesOf(awsSecretRead, [role('r', [allow, decrypt]), locked, keyOf([])])).toEqual([]);
    expect(
      edgesOf(awsSecretRead, [role('r', [allow, decrypt]), locked, keyOf([toAccount], { KeyState: 'Disabled' })]),
    ).toEqual([]);
    expect(edgesOf(awsSecretRead, [role('r', [allow]), locked])).toEqual([`r -> a (if it may use the key ${keyArn})`]);
  });
});

describe('keys', () => {
  test('by its own policies, by the key’s, by a grant; not by identity policies alone', () => {
    const decrypt = [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }];
    const direct = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${own}:role/named` },
      Action: 'kms:Decrypt',
      Resource: '*',
    };
    const roles = [role('r', decrypt), role('named', []), role('granted', []), role('none', [])];
    const Grants = [{ GrantId: 'g', GranteePrincipal: `arn:aws:iam::${own}:role/granted`, Operations: ['Decrypt'] }];
    expect(edgesOf(kmsDecrypt, [...roles, keyOf([toAccount, direct], { Grants })])).toEqual([
      'granted -> k',
      'named -> k',
      'r -> k',
    ]);
    expect(edgesOf(kmsDecrypt, [...roles, keyOf([])])).toEqual([]);
  });

  test('a Deny wins over a grant, also where it may not apply', () => {
    const Grants = ['denied', 'doubtful', 'other'].map((name) => ({
      GrantId: name,
      GranteePrincipal: `arn:aws:iam::${own}:role/${name}`,
      Operations: ['Decrypt'],
    }));
    const deny = (Action: string, Condition?: object) => [
      { Effect: 'Deny', Action, Resource: '*', ...(Condition === undefined ? {} : { Condition }) },
    ];
    const facts = [
      role('denied', deny('kms:Decrypt')),
      role('doubtful', deny('kms:*', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
      role('other', deny('kms:Encrypt')),
      keyOf([toAccount], { Grants }),
    ];
    expect(
      [...kmsDecrypt.derive(estateOf(facts, []))].map(({ from, likelihood }) => [short(from), likelihood]),
    ).toEqual([
      ['doubtful', 0.5],
      ['other', undefined],
    ]);
  });

  test('through the service alone', () => {
    const via = {
      ...toAccount,
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
    };
    const allow = [{ Effect: 'Allow', Action: ['kms:Decrypt', get], Resource: '*' }];
    const facts = [role('r', allow), secret('a', { KmsKeyId: 'k' }), keyOf([via])];
    expect(edgesOf(kmsDecrypt, facts)).toEqual(['r -> k (through secretsmanager.eu-west-1.amazonaws.com)']);
    expect(edgesOf(awsSecretRead, facts)).toEqual(['r +k -> a']);
  });
});

describe('buckets', () => {
  const readAll = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  test('a part of a bucket is a part of it', () => {
    const statements = [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: ['arn:aws:s3:::models/public/*', 'arn:aws:s3:::other'] },
    ];
    expect(edgesOf(bucketRead, [role('r', statements), bucket('models'), bucket('models-2'), bucket('other')])).toEqual(
      ['r -> models (only public/*)'],
    );
  });

  test('what the bucket denies is denied, and transport is encrypted', () => {
    const deny = (Condition?: object) => ({
      Policy: document({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: '*',
        ...(Condition === undefined ? {} : { Condition }),
      }),
    });
    expect(
      edgesOf(bucketRead, [
        role('r', [readAll]),
        bucket('a', deny()),
        bucket('b', deny({ Bool: { 'aws:SecureTransport': 'false' } })),
      ]),
    ).toEqual(['r -> b']);
  });

  test('open to the world, unless it is closed', () => {
    const Policy = document({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' });
    expect(edgesOf(bucketRead, [bucket('a', { Policy })])).toEqual(['anybody -> a (its policy lets everybody in)']);
    expect(edgesOf(bucketRead, [bucket('a', { Policy, PublicAccessBlock: { RestrictPublicBuckets: true } })])).toEqual(
      [],
    );
    expect(edgesOf(bucketWrite, [bucket('a', { Policy })])).toEqual([]);
    const but = { Effect: 'Deny', NotPrincipal: { AWS: `arn:aws:iam::${own}:root` }, Action: 's3:*', Resource: '*' };
    expect(edgesOf(bucketRead, [bucket('a', { Policy: document(...Policy.Statement, but) })])).toEqual([]);
  });
});

/** Statements over few names, so that they meet. */
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  Action: fc.constantFrom(get, 'secretsmanager:*', '*', 'secretsmanager:Describe*'),
  Resource: fc.constantFrom(
    '*',
    'arn:aws:secretsmanager:*:*:secret:*',
    `arn:aws:secretsmanager:eu-west-1:${own}:secret:*`,
    `arn:aws:secretsmanager:*:${own}:secret:a*`,
    `arn:aws:secretsmanager:us-east-1:*:secret:b?`,
    `arn:aws:secretsmanager:*:${other}:*`,
    'arn:aws:s3:::models/*',
  ),
  Condition: fc.option(
    fc.constantFrom(
      { StringEquals: { 'aws:ResourceTag/team': 'ml' } },
      { StringNotEquals: { 'aws:ResourceTag/team': 'ml' } },
      { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
      { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      { StringEquals: { 'aws:ResourceAccount': own } },
    ),
    { nil: undefined, freq: 3 },
  ),
});
const resourcePolicy = fc.option(
  fc
    .array(
      fc.record({
        Effect: fc.constantFrom('Allow', 'Deny'),
        Principal: fc.constantFrom(
          { AWS: `arn:aws:iam::${own}:root` },
          { AWS: other },
          { AWS: `arn:aws:iam::${own}:role/r0` },
          { AWS: `arn:aws:iam::${other}:role/r1` },
        ),
        Action: fc.constantFrom(get, 'secretsmanager:*'),
        Resource: fc.constant('*'),
      }),
      { maxLength: 2 },
    )
    .map((statements) => document(...statements)),
  { nil: undefined },
);
const world = fc.record({
  roles: fc.array(
    fc.record({ account: fc.constantFrom(...accounts), statements: fc.array(statement, { maxLength: 3 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  secrets: fc.array(
    fc.record({
      account: fc.constantFrom(...accounts),
      region: fc.constantFrom('eu-west-1', 'us-east-1'),
      letter: fc.constantFrom('a', 'b'),
      team: fc.constantFrom('ml', 'web'),
      policy: resourcePolicy,
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

test('property: the edges are what every pair by itself would answer', () => {
  fc.assert(
    fc.property(world, ({ roles, secrets }) => {
      const facts = [
        ...roles.map(({ account, statements }, at) =>
          role(
            `r${at}`,
            statements.map((each) =>
              Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)),
            ),
            account,
          ),
        ),
        ...secrets.map(({ account, region, letter, team, policy }, at) =>
          secret(
            `${letter}${at}`,
            { Tags: [{ Key: 'team', Value: team }], ...(policy === undefined ? {} : { Policy: policy }) },
            account,
            region,
          ),
        ),
      ];
      const estate = estateOf(facts, []);
      expect(drawn(estate)).toEqual(asked(estate));
    }),
    { numRuns: 400 },
  );
});

function drawn(estate: Estate): readonly string[] {
  const all: string[] = [];
  for (const { from, to, likelihood = 1 } of awsSecretRead.derive(estate))
    for (const end of typeof to === 'string' ? [to] : [...to.members()].map(({ node }) => node))
      all.push(`${from} ${end} ${likelihood}`);
  return [...new Set(all)].sort();
}

function asked(estate: Estate): readonly string[] {
  const all: string[] = [];
  for (const holder of holdersOf(estate).values())
    for (const { id, data } of estate.all('aws.secret')) {
      const tags = data.Tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value]);
      const { decision } = awsAuthorizer(estate).decide({
        principal: holder.id,
        action: get,
        resource: data.Arn,
        context: Object.fromEntries(tags),
        tagsTold: true,
        ...(data.Policy === undefined ? {} : { resourcePolicy: data.Policy }),
      });
      if (decision !== 'deny') all.push(`${holder.id} ${id} ${decision === 'allow' ? 1 : 0.5}`);
    }
  return all.sort();
}
