/** Facts of many systems from the worlds that the rules are tested on, several versions of many of them: what random estates are drawn from. */
import type { AnyFact } from '@firebreak/contract';
import { factsOf } from '../facts/join-estates.ts';
import { allow, deny, group, iam, managed, organizationPolicy, role, user } from './aws/cases/world.case.ts';
import { authorityCases } from './edges/github/cases/authority.case.ts';
import { cloudCases } from './edges/github/cases/cloud.case.ts';
import { outsiderCases } from './edges/github/cases/outsider.case.ts';
import { estate as githubEstate } from './edges/github/cases/world.case.ts';
import { authorityCases as clusterAuthority } from './edges/kubernetes/cases/authority.case.ts';
import { escapeCases } from './edges/kubernetes/cases/escape.case.ts';
import { podCases } from './edges/kubernetes/cases/pod.case.ts';
import { rightCases } from './edges/kubernetes/cases/right.case.ts';
import { estate as clusterEstate } from './edges/kubernetes/cases/world.case.ts';

export function everyFact(): readonly AnyFact[] {
  const github = Object.values({ ...authorityCases, ...cloudCases, ...outsiderCases }).flatMap(({ holds, misses }) =>
    [...holds, ...misses].map(({ world }) => githubEstate(...world)),
  );
  const clusters = Object.values({ ...clusterAuthority, ...escapeCases, ...podCases, ...rightCases }).flatMap(
    ({ holds, nearMisses }) => [...holds, ...nearMisses].map(({ world }) => clusterEstate(world)),
  );
  return [...[...github, ...clusters].flatMap((estate) => [...factsOf(estate)]), ...account()];
}

function account(): AnyFact[] {
  const byService = (service: string) => ({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
  });
  const by = (arn: string) => ({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' });
  return [
    user('ann', [allow('iam:CreateAccessKey')]),
    user('ann', [allow('iam:CreateAccessKey', iam('user/bob'))]),
    user('bob', [allow('*')]),
    user('bob', [allow('s3:GetObject')]),
    user('cay', [allow(['iam:PassRole', 'lambda:CreateFunction', 'lambda:InvokeFunction'])]),
    user('dan', [], { GroupList: ['makers'] }),
    group('makers', [allow(['iam:PassRole', 'ec2:RunInstances'])]),
    group('makers', [allow('iam:AttachUserPolicy')]),
    managed('wide', allow('*')),
    managed('wide', allow('s3:*')),
    role('runs', [byService('lambda.amazonaws.com')], [allow('*')]),
    role('runs', [byService('ec2.amazonaws.com')], [allow('*')]),
    role('open', [by('*')], [allow('secretsmanager:GetSecretValue')]),
    role('next', [by(iam('role/runs'))], [], {
      AttachedManagedPolicies: [{ PolicyName: 'wide', PolicyArn: iam('policy/wide') }],
    }),
    organizationPolicy('p-1', ['111122223333'], [allow('*')]),
    organizationPolicy('p-1', ['111122223333'], [allow('s3:*'), deny('iam:*')]),
  ];
}
