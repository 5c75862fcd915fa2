/** Levers that the server cannot show: their change is made to the facts as the action makes it, and everything is derived afresh. */
import { type AnyFact, awsResourceFactSchemas, type LiveEdge } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { cutOut, type TrustCut } from '../../connectors/aws/actions/iam/trust-cut.ts';
import { account, group, iam, role, trusting, user, world } from './cases/world.case.ts';
import { endpointsOf } from './exposure.ts';
import { webIdentityOpens } from './federation.ts';
import { closeInstance, denyProvider, quarantine } from './levers.ts';

const edge = (from: string, to: string, facts: readonly string[] = []): LiveEdge => ({
  type: 'X',
  from,
  to,
  with: [],
  facts,
});

test('a role that one identity provider opens is closed to its tokens', () => {
  const provider = iam('oidc-provider/token.actions.githubusercontent.com');
  const trust = trusting({ Federated: provider }, { Action: 'sts:AssumeRoleWithWebIdentity' });
  const before = world([role('deployer', [trust])]);
  const to = `aws:Role/${iam('role/deployer')}`;
  const identity = {
    issuer: 'https://token.actions.githubusercontent.com',
    subject: 'repo:acme/x:ref:refs/heads/main',
  };
  expect(webIdentityOpens(before, to, identity)).toBeDefined();
  const [lever, ...more] = denyProvider(edge('github:Job/x', to), before);
  expect(more).toEqual([]);
  expect(lever).toMatchObject({ action: 'aws.cut-trust', params: { account, arn: iam('role/deployer') } });

  const cut = lever?.params.cut as TrustCut;
  const text = cutOut(JSON.stringify({ Version: '2012-10-17', Statement: [trust] }), cut);
  const { Statement } = JSON.parse(text) as { Statement: Record<string, unknown>[] };
  const after = world([role('deployer', Statement)]);
  expect(webIdentityOpens(after, to, identity)).toBeUndefined();
});

test('an instance behind one open group is cut off by the group or by a group without rules', () => {
  const place = `arn:aws:ec2:eu-west-1:${account}:`;
  const facts = (groups: readonly string[], open: boolean): AnyFact[] => {
    const make = (kind: 'aws.instance' | 'aws.security-group', id: string, data: object) =>
      ({
        id,
        kind,
        data: awsResourceFactSchemas[kind].parse(data),
        source: { connector: 'aws', locator: 't' },
      }) as AnyFact;
    const ranges = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    return [
      make('aws.instance', `aws:Instance/${place}instance/i-0a`, {
        Arn: `${place}instance/i-0a`,
        InstanceId: 'i-0a',
        State: 'running',
        PublicIpAddress: '203.0.113.1',
        SecurityGroupIds: groups,
      }),
      make('aws.security-group', `aws:SecurityGroup/${place}security-group/sg-0a`, {
        Arn: `${place}security-group/sg-0a`,
        GroupId: 'sg-0a',
        IpPermissions: open ? ranges : [],
      }),
    ];
  };
  const before = world(facts(['sg-0a'], true));
  const [endpoint] = endpointsOf(before);
  const levers = closeInstance(edge(endpoint?.id ?? '', endpoint?.target ?? '', endpoint?.facts), before);
  expect(levers.map(({ action }) => action)).toEqual(['aws.isolate-instance', 'aws.close-security-group']);
  expect(endpointsOf(world(facts(['sg-0b'], true)))).toEqual([]);
  expect(endpointsOf(world(facts(['sg-0a'], false)))).toEqual([]);
});

test('nothing is offered where nothing may be changed, or where it would not hold', () => {
  const linked = role('aws-service-role/x.amazonaws.com/R', [], [], {
    Arn: iam('role/aws-service-role/x.amazonaws.com/R'),
  });
  const estate = world([linked, group('builders', []), user('ci', [])]);
  expect(quarantine({ from: linked.id }, estate)).toEqual([]);
  expect(quarantine({ from: `aws:Group/${iam('group/builders')}` }, estate)).toEqual([]);
  expect(quarantine({ from: `aws:User/${iam('user/ci')}` }, estate)).toHaveLength(1);
  expect(quarantine({ from: 'aws:Principal/anybody' }, estate)).toEqual([]);
});
