import { accountOfArn, awsId, defineAction, type Estate, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, record } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, nameOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';
import { type IngressRule, ingressRule, isOpenToWorld, rulesOf } from './resources/ingress.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(/^arn:[^:]+:ec2:[a-z0-9-]+:\d{12}:security-group\/sg-[0-9a-f]+$/, 'a security group'),
    /** `world`: what lets anybody in. `everything`: every ingress rule. */
    close: z.enum(['world', 'everything']),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({ /** Null when there is no such group. */ rules: z.array(ingressRule).nullable() });
type Before = z.infer<typeof before>;

const meant = ({ close }: Params, rules: readonly IngressRule[] | null) =>
  (rules ?? []).filter((rule) => close === 'everything' || isOpenToWorld(rule));
const write = (of: Params, verb: 'Revoke' | 'Authorize', IpPermissions: readonly IngressRule[]): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'ec2',
  operation: `${verb}SecurityGroupIngress`,
  region: regionOf(of.arn),
  input: { GroupId: nameOf(of.arn), IpPermissions },
});

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  // By filter: a group that is not there is an empty answer then, and no error.
  const filter = { Filters: [{ Name: 'group-id', Values: [nameOf(arn)] }] };
  const answer = await desk.get('ec2', 'DescribeSecurityGroups', filter, regionOf(arn));
  const group = record(array(answer?.SecurityGroups)[0]);
  return { rules: group === undefined ? null : [...rulesOf(group.IpPermissions)] };
}

function behind(estate: Estate, arn: string) {
  const group = nameOf(arn);
  const instances = estate.all('aws.instance').filter(({ data }) => data.SecurityGroupIds.includes(group));
  return instances.filter(({ data }) => accountOfArn(data.Arn) === accountOfArn(arn));
}

/** Takes ingress rules out of a security group, for everything that has the group. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.close-security-group',
  title: 'Close security group',
  stage: 'network',
  targetKinds: ['SecurityGroup'],
  params,
  before,
  permissions: [
    'ec2:DescribeSecurityGroups *',
    'ec2:RevokeSecurityGroupIngress arn:*:ec2:*:*:security-group/*',
    'ec2:AuthorizeSecurityGroupIngress arn:*:ec2:*:*:security-group/*',
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Revoke ${of.close === 'world' ? 'what lets everybody in' : 'every ingress rule'} of security group ${nameOf(of.arn)}. Connections that are open may stay open.`,
  undoes: (of) => `Security group ${nameOf(of.arn)} has the same ingress rules again; AWS gives them new rule ids.`,
  drastic: (of, estate) => of.close === 'everything' && behind(estate, of.arn).length > 0,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'close-security-group',
      behind(estate, of.arn).flatMap(({ id }) =>
        interruptThing(estate, id, of.close === 'world' ? 'The internet no longer reaches it.' : 'Nothing reaches it.'),
      ),
    ),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ rules }) => rules === null,
    goneIsWanted: true,
    wanted: ({ rules }, of) => meant(of, rules).length === 0,
    forward: ({ rules }, of) => [write(of, 'Revoke', meant(of, rules))],
    back(now, of, was) {
      const there = new Set((now.rules ?? []).map((rule) => JSON.stringify(rule)));
      return [
        write(
          of,
          'Authorize',
          meant(of, was.rules).filter((rule) => !there.has(JSON.stringify(rule))),
        ),
      ];
    },
    matter: ({ rules }, of) => meant(of, rules),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { rules } = await read(await deskOf(attempt, of.account), of);
    const left = meant(of, rules).length;
    return [
      {
        what: `Security group ${nameOf(of.arn)} lets ${of.close === 'world' ? 'not everybody' : 'nobody'} in`,
        result: left === 0 ? 'holds' : 'fails',
        evidence:
          rules === null ? 'It is gone.' : `It has ${rules.length} ingress rules, ${left} of them meant by the step.`,
      },
      {
        what: `No connection through security group ${nameOf(of.arn)} is open`,
        result: 'cannot-tell',
        evidence: 'EC2 goes on with connections that it tracks until they end, and does not list them.',
      },
    ];
  },
});
