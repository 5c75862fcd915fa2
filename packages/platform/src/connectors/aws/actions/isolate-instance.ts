import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, type Foreign, record, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, nameOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptThing, usesOf } from './impact/legitimate-use.ts';
import { ingressRule, rulesOf } from './resources/ingress.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(/^arn:[^:]+:ec2:[a-z0-9-]+:\d{12}:instance\/i-[0-9a-f]+$/, 'an instance'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when there is no such instance. */
  vpc: z.string().nullable(),
  /** Every network interface with its groups, in the order of their ids. */
  interfaces: z.array(z.object({ id: z.string(), groups: z.array(z.string()) })),
  /** The group of no rules; null where the network has none yet. */
  empty: z
    .object({
      id: z.string(),
      ingress: z.number(),
      /** As it is made, a group lets everything out, over IPv6 too where its network has that. */
      egress: z.array(ingressRule),
      inUse: z.boolean(),
      ours: z.boolean(),
    })
    .nullable(),
});
type Before = z.infer<typeof before>;

const name = 'firebreak-isolated';
const Description = 'Made by Firebreak: no traffic in or out';

const write = (of: Params, operation: string, input: Foreign, verb: Write['verb'] = 'patch'): Write => ({
  verb,
  object: awsId(of.arn),
  service: 'ec2',
  operation,
  region: regionOf(of.arn),
  input,
});

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  const region = regionOf(arn);
  const filter = (Name: string, ...Values: readonly string[]) => ({ Name, Values });
  const ofInstance = { Filters: [filter('attachment.instance-id', nameOf(arn))] };
  const answer = await desk.get('ec2', 'DescribeNetworkInterfaces', ofInstance, region);
  const found = array(answer?.NetworkInterfaces).map((each) => ({
    id: textAt(each, 'NetworkInterfaceId') ?? '',
    vpc: textAt(each, 'VpcId') ?? '',
    groups: array(record(each)?.Groups)
      .map((group) => textAt(group, 'GroupId') ?? '')
      .sort(),
  }));
  const interfaces = found.map(({ id, groups }) => ({ id, groups })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const vpc = found[0]?.vpc ?? null;
  if (vpc === null) return { vpc, interfaces, empty: null };
  const byName = { Filters: [filter('vpc-id', vpc), filter('group-name', name)] };
  const group = record(array((await desk.get('ec2', 'DescribeSecurityGroups', byName, region))?.SecurityGroups)[0]);
  if (group === undefined) return { vpc, interfaces, empty: null };
  const id = textAt(group, 'GroupId') ?? '';
  const users = await desk.get('ec2', 'DescribeNetworkInterfaces', { Filters: [filter('group-id', id)] }, region);
  return {
    vpc,
    interfaces,
    empty: {
      id,
      ingress: array(group.IpPermissions).length,
      egress: [...rulesOf(group.IpPermissionsEgress)],
      inUse: array(users?.NetworkInterfaces).length > 0,
      ours: textAt(group, 'Description') === Description,
    },
  };
}

/** In a preview, for what is not known before the group is there. */
const madeWith = '(the rules that it is made with)';
const isOn = (groups: readonly string[], empty: Before['empty']) =>
  empty !== null && groups.length === 1 && groups[0] === empty.id;

/** Cuts an instance off the network by giving all its interfaces one security group without rules. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.isolate-instance',
  title: 'Isolate instance',
  stage: 'network',
  targetKinds: ['Instance'],
  params,
  before,
  permissions: [
    'ec2:DescribeNetworkInterfaces *',
    'ec2:DescribeSecurityGroups *',
    'ec2:CreateSecurityGroup *',
    'ec2:RevokeSecurityGroupEgress arn:*:ec2:*:*:security-group/*',
    'ec2:DeleteSecurityGroup arn:*:ec2:*:*:security-group/*',
    'ec2:ModifyNetworkInterfaceAttribute *',
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Give every network interface of instance ${nameOf(of.arn)} the security group ${name}, which lets nothing in or out. The instance runs on; connections that are open may stay open, and its metadata service, so its role, stays within reach from inside.`,
  undoes: (of) => `Every network interface of instance ${nameOf(of.arn)} has the groups that it had.`,
  drastic: (of, estate) => usesOf(estate).thing.get(awsId(of.arn))?.reach === 'outside',
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('isolate-instance', interruptThing(estate, awsId(of.arn), 'It is cut off from everything.')),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ vpc }) => vpc === null,
    goneIsWanted: true,
    objection: ({ empty }) =>
      empty === null || empty.ours
        ? undefined
        : `There is a security group ${name} in the network already, which is not ours.`,
    wanted: ({ interfaces, empty }) =>
      empty !== null &&
      empty.ingress + empty.egress.length === 0 &&
      interfaces.every(({ groups }) => isOn(groups, empty)),
    forward(from, of) {
      const GroupId = from.empty?.id ?? '(the group that is made first)';
      return [
        ...(from.empty === null
          ? [write(of, 'CreateSecurityGroup', { GroupName: name, Description, VpcId: from.vpc }, 'create')]
          : []),
        ...(from.empty === null || from.empty.egress.length > 0
          ? [write(of, 'RevokeSecurityGroupEgress', { GroupId, IpPermissions: from.empty?.egress ?? madeWith })]
          : []),
        ...from.interfaces
          .filter(({ groups }) => !isOn(groups, from.empty))
          .map(({ id }) => write(of, 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: id, Groups: [GroupId] })),
      ];
    },
    back(now, of, was) {
      const restored = was.interfaces
        .filter(({ id, groups }) => {
          const found = now.interfaces.find((each) => each.id === id);
          return found !== undefined && JSON.stringify(found.groups) !== JSON.stringify(groups);
        })
        .map(({ id, groups }) =>
          write(of, 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: id, Groups: groups }),
        );
      const leftover = was.empty === null && now.empty?.ours === true && !usedByOthers(now);
      return [
        ...restored,
        ...(leftover
          ? [{ ...write(of, 'DeleteSecurityGroup', { GroupId: now.empty?.id }, 'delete'), removes: true }]
          : []),
      ];
    },
    between(now, _, was) {
      if (now.empty !== null && was.empty !== null && now.empty.id !== was.empty.id) return false;
      return (
        now.interfaces.length === was.interfaces.length &&
        now.interfaces.every(({ id, groups }) => {
          const then = was.interfaces.find((each) => each.id === id);
          return isOn(groups, now.empty) || JSON.stringify(then?.groups) === JSON.stringify(groups);
        })
      );
    },
    // The empty group is left where others need it, and is no part of the instance.
    matter: ({ vpc, interfaces, empty }) => ({ vpc, interfaces, leftover: empty?.ours === true && !empty.inUse }),
    steady: ({ vpc, interfaces }) => ({ vpc, interfaces }),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await read(await deskOf(attempt, of.account), of);
    const on = now.interfaces.filter(({ groups }) => isOn(groups, now.empty)).length;
    const rules = (now.empty?.ingress ?? 0) + (now.empty?.egress.length ?? 0);
    const holds = on === now.interfaces.length && rules === 0;
    return [
      {
        what: `Instance ${nameOf(of.arn)} may talk to nobody`,
        result: holds ? 'holds' : 'fails',
        evidence: `${on} of ${now.interfaces.length} network interfaces have the group ${name} alone, which has ${rules} rules.`,
      },
      {
        what: `No connection of instance ${nameOf(of.arn)} is open`,
        result: 'cannot-tell',
        evidence: 'EC2 goes on with connections that it tracks until they end, and does not list them.',
      },
    ];
  },
});

/** Whether an interface of another instance has the group: all those of this one have been counted with it. */
function usedByOthers({ interfaces, empty }: Before): boolean {
  return empty?.inUse === true && interfaces.every(({ groups }) => !isOn(groups, empty));
}
