import { type AnyFact, awsFactSchemas, awsId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { privilegesOf } from '../privileges.ts';

const account = 'arn:aws:iam::111122223333';
const source = { connector: 'aws', locator: 'test' };
const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

function role(name: string, policies: Record<string, object>, attached: readonly string[] = []): AnyFact {
  const Arn = `${account}:role/${name}`;
  const data = awsFactSchemas['aws.role'].parse({
    Arn,
    RoleName: name,
    AssumeRolePolicyDocument: document(),
    RolePolicyList: Object.entries(policies).map(([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument })),
    AttachedManagedPolicies: attached.map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.split('/').at(-1) })),
  });
  return { id: awsId(Arn), kind: 'aws.role', data, source };
}
function managed(Arn: string, Document: object): AnyFact {
  const data = awsFactSchemas['aws.managed-policy'].parse({
    Arn,
    PolicyName: Arn.split('/').at(-1),
    PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document }],
  });
  return { id: awsId(Arn), kind: 'aws.managed-policy', data, source };
}
function lastAccessed(
  name: string,
  services: Record<string, { last?: string; actions?: Record<string, string | undefined> }>,
): AnyFact {
  const Arn = `${account}:role/${name}`;
  const data = awsFactSchemas['aws.last-accessed'].parse({
    Arn,
    ServicesLastAccessed: Object.entries(services).map(([ServiceNamespace, { last, actions = {} }]) => ({
      ServiceNamespace,
      LastAuthenticated: last,
      TrackedActionsLastAccessed: Object.entries(actions).map(([ActionName, LastAccessedTime]) => ({
        ActionName,
        LastAccessedTime,
      })),
    })),
  });
  return { id: `aws:LastAccessed/${Arn}`, kind: 'aws.last-accessed', data, source };
}
function trail(name: string, actions: Record<string, string>): AnyFact {
  const Arn = `${account}:role/${name}`;
  const times = Object.values(actions).sort();
  const data = awsFactSchemas['aws.trail-use'].parse({
    Arn,
    Region: 'eu-west-1',
    From: times[0],
    To: times.at(-1),
    Events: times.length,
    LastSeen: times.at(-1),
    Actions: Object.entries(actions).map(([Action, Last]) => ({ Action, Last })),
  });
  return { id: `aws:TrailUse/eu-west-1/${Arn}`, kind: 'aws.trail-use', data, source };
}
const sized = (name: string, ...facts: AnyFact[]) => {
  const graph = deriveGraph(estateOf(facts, []), nodeRules, []);
  const { identities } = privilegesOf(graph, { query: 'everything', now: new Date(0), used: [] });
  return identities.find((row) => row.id === awsId(`${account}:role/${name}`));
};
const day = '2026-05-01T00:00:00+00:00';

test('without access advisor nobody can tell', () => {
  expect(sized('r', role('r', { p: document(allow('s3:*')) }))).toMatchObject({
    verdict: 'cannot-tell',
    proposals: [],
  });
});

test('services and tracked actions that were not used go; what cannot be told stays', () => {
  const row = sized(
    'r',
    role('r', {
      p: document(allow(['s3:*', 's3:GetObject', 's3:PutObject', 'kms:Decrypt', 'bedrock:InvokeModel', 'odd:Thing']), {
        Effect: 'Deny',
        Action: 'kms:*',
        Resource: '*',
      }),
    }),
    lastAccessed('r', {
      s3: { last: day, actions: { GetObject: day, PutObject: undefined } },
      kms: {},
      bedrock: { last: day },
    }),
  );
  expect(row?.granted.map(({ what, used }) => [what, used])).toEqual([
    ['s3:*', 'partly'],
    ['s3:GetObject', 'used'],
    ['s3:PutObject', 'unused'],
    ['kms:Decrypt', 'unused'],
    ['bedrock:InvokeModel', 'used'],
    ['odd:Thing', 'unknown'],
  ]);
  expect(row?.verdict).toBe('over-granted');
  const changed = row?.proposals[0]?.diff.split('\n').filter((line) => /^[+-] /.test(line));
  expect(changed).toEqual(['-        "s3:PutObject",', '-        "kms:Decrypt",']);
});

test('a star becomes the services that were used', () => {
  const row = sized(
    'r',
    role('r', { admin: document(allow('*')) }),
    lastAccessed('r', { s3: { last: day }, kms: {}, ec2: { last: day } }),
  );
  expect(row?.proposals[0]?.diff).toContain('+        "ec2:*",\n+        "s3:*"');
  expect(row?.proposals[0]?.diff).not.toContain('kms');
});

test('a policy of which nothing was used can go, and AWS’s own only then', () => {
  const own = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
  const half = 'arn:aws:iam::aws:policy/PowerUser';
  const shared = `${account}:policy/shared`;
  const row = sized(
    'r',
    role('r', {}, [own, half, shared]),
    role('other', {}, [shared]),
    managed(own, document(allow('s3:*'))),
    managed(half, document(allow(['s3:*', 'ec2:*']))),
    managed(shared, document(allow(['kms:Decrypt', 'ec2:*']))),
    lastAccessed('r', { s3: {}, kms: {}, ec2: { last: day } }),
  );
  expect(
    row?.proposals.map(({ object, remove, alsoHeldBy }) => [
      object.split('/').at(-1),
      remove,
      alsoHeldBy.map(({ name }) => name),
    ]),
  ).toEqual([
    ['AmazonS3FullAccess', true, []],
    ['shared', false, ['other']],
  ]);
});

test('everything unused, everything used', () => {
  const policies = { p: document(allow(['s3:GetObject'])) };
  expect(sized('r', role('r', policies), lastAccessed('r', { s3: {} }))).toMatchObject({ verdict: 'unused' });
  expect(sized('r', role('r', policies), lastAccessed('r', { s3: { last: day } }))).toMatchObject({
    verdict: 'right-sized',
    proposals: [],
  });
});

test('CloudTrail shows use that access advisor does not know yet, and alone proposes nothing', () => {
  const policies = { p: document(allow(['s3:GetObject', 'kms:Decrypt', 'iam:PassRole'])) };
  const later = '2026-06-01T00:00:00.000Z';
  const advised = lastAccessed('r', { s3: { last: day, actions: { GetObject: undefined } }, kms: {}, iam: {} });
  const used = trail('r', { 's3:GetObject': later, 'kms:Decrypt': later });
  expect(sized('r', role('r', policies), advised, used)?.granted).toMatchObject([
    { what: 's3:GetObject', used: 'used', lastUsed: later },
    { what: 'kms:Decrypt', used: 'used', lastUsed: later },
    { what: 'iam:PassRole', used: 'unused' },
  ]);
  const alone = sized('r', role('r', { ...policies, q: document(allow('*')) }), used);
  expect(alone).toMatchObject({ verdict: 'cannot-tell', proposals: [] });
  expect(alone?.granted.map((row) => row.used)).toEqual(['used', 'used', 'unknown', 'partly']);
});

test('a report that tells of nothing that is granted proposes nothing', () => {
  const star = { p: document(allow('*')) };
  expect(sized('r', role('r', star), lastAccessed('r', {}))).toMatchObject({ verdict: 'cannot-tell', proposals: [] });
  const odd = { p: document(allow('odd:Thing')) };
  expect(sized('r', role('r', odd), lastAccessed('r', { s3: { last: day } }))).toMatchObject({
    verdict: 'cannot-tell',
    proposals: [],
  });
});
