import { expect, test } from 'vitest';
import { iam, role, world } from './cases/world.case.ts';
import { rolesForWebIdentity, type WebIdentity } from './federation.ts';
import { trustOf } from './trust.ts';

const issuer = 'token.actions.githubusercontent.com';
const provider = iam(`oidc-provider/${issuer}`);
const trust = (condition: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
  ...more,
});
const exact = {
  StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: 'repo:acme/models:ref:refs/heads/main' },
};
const main: WebIdentity = { issuer, subject: 'repo:acme/models:ref:refs/heads/main', audience: 'sts.amazonaws.com' };

function opens(statements: Parameters<typeof role>[1], identity: WebIdentity = main): string | undefined {
  return [...rolesForWebIdentity(world([role('deploy', statements)]), identity)][0]?.decision;
}

test('subject and audience are compared as the trust policy says', () => {
  expect(opens([trust(exact)])).toBe('allow');
  expect(opens([trust(exact)], { ...main, subject: 'repo:acme/models:ref:refs/heads/dev' })).toBeUndefined();
  expect(opens([trust(exact)], { ...main, audience: 'other' })).toBeUndefined();
  // Whoever asks for the token chooses its audience.
  expect(opens([trust(exact)], { issuer, subject: main.subject })).toBe('allow');
  const wild = { StringLike: { [`${issuer}:sub`]: 'repo:acme/*' } };
  expect(opens([trust(wild)], { ...main, subject: 'repo:acme/other:pull_request' })).toBe('allow');
  expect(opens([trust(wild)], { ...main, subject: 'repo:acme-evil/x:pull_request' })).toBeUndefined();
  // Without any condition everybody with a token of the issuer comes in.
  expect(opens([{ ...trust({}), Condition: undefined }], { ...main, subject: 'repo:evil/x:pull_request' })).toBe(
    'allow',
  );
});

test('another issuer, another action and a provider of another account open nothing', () => {
  expect(opens([trust(exact)], { ...main, issuer: 'https://gitlab.com' })).toBeUndefined();
  expect(opens([trust(exact, { Action: 'sts:AssumeRole' })])).toBeUndefined();
  const elsewhere = { Federated: iam(`oidc-provider/${issuer}`, '222233334444') };
  expect(opens([trust(exact, { Principal: elsewhere })])).toBeUndefined();
  expect(opens([trust(exact), trust(exact, { Effect: 'Deny' })])).toBeUndefined();
});

test('a claim that nobody told is unknown, one that was told counts; an issuer may carry a scheme', () => {
  const byOwner = { ...exact, StringEquals: { ...exact.StringEquals, [`${issuer}:repository_owner_id`]: '42' } };
  const [found] = [...rolesForWebIdentity(world([role('deploy', [trust(byOwner)])]), main)];
  expect(found).toMatchObject({ decision: 'depends', keys: [`${issuer}:repository_owner_id`] });
  expect(opens([trust(byOwner)], { ...main, claims: { repository_owner_id: '42' } })).toBe('allow');
  expect(opens([trust(byOwner)], { ...main, claims: { repository_owner_id: '7' } })).toBeUndefined();
  expect(opens([trust(exact)], { ...main, issuer: `https://${issuer}/` })).toBe('allow');
});

test('an EKS issuer keeps its path', () => {
  const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: iam(`oidc-provider/${eks}`) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${eks}:sub`]: 'system:serviceaccount:ml:trainer' } },
  };
  const token = { issuer: eks, subject: 'system:serviceaccount:ml:trainer', audience: 'sts.amazonaws.com' };
  expect(opens([statement], token)).toBe('allow');
  expect(opens([statement], { ...token, issuer: 'oidc.eks.eu-west-1.amazonaws.com/id/XYZ' })).toBeUndefined();
  expect(opens([statement], { ...token, subject: 'system:serviceaccount:ml:other' })).toBeUndefined();
});

test('services and strangers are found; our own accounts are no strangers', () => {
  const facts = [
    role('job', [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }]),
    role('vendor', [
      {
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::999988887777:root', iam('root')] },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      },
    ]),
    role('open', [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }]),
  ];
  const found = trustOf(world(facts));
  expect(found.ofService('lambda.amazonaws.com', '111122223333').map((each) => each.role)).toEqual([
    `aws:Role/${iam('role/job')}`,
  ]);
  expect(found.ofService('ec2.amazonaws.com', '111122223333')).toEqual([]);
  expect([...found.strangers].map(([who, roles]) => [who, roles[0]?.decision])).toEqual([
    ['*', 'allow'],
    ['999988887777', 'depends'],
  ]);
});
