/**
 * What the internet can speak to: functions with an address that asks for no signature, instances with a public address
 * behind a security group that lets everybody in, clusters whose API server is public. Each is an endpoint as a node of its
 * own, as in Kubernetes.
 */
import type { Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { judge } from './judge.ts';
import type { ContextValue } from './policy/condition.ts';
import { policyOf } from './policy/document.ts';
import { no, truth, yes } from './policy/truth.ts';
import { isUnread } from './read.ts';

export interface AwsEndpoint {
  readonly id: NodeId;
  readonly name: string;
  /** What answers. */
  readonly target: NodeId;
  readonly ports: string;
  readonly facts: readonly FactId[];
  readonly kind: 'function-url' | 'instance' | 'cluster';
}

const world = new Set(['0.0.0.0/0', '::/0']);

export const endpointsOf: (estate: Estate) => readonly AwsEndpoint[] = perEstate((estate) => {
  const endpoints: AwsEndpoint[] = [];
  const add = (target: NodeId, name: string, kind: AwsEndpoint['kind'], ports: string, facts: readonly FactId[]) =>
    endpoints.push({ id: `aws:Endpoint/${target.slice(target.indexOf('/') + 1)}`, name, target, ports, facts, kind });
  for (const { id, data } of estate.all('aws.function'))
    if (data.UrlAuthType === 'NONE' && answersAnybody(estate, data))
      add(id, data.FunctionName, 'function-url', '443', [id]);
  const groups = openPorts(estate);
  for (const { id, data } of estate.all('aws.instance')) {
    if (data.PublicIpAddress === undefined || data.State === 'terminated' || data.State === 'stopped') continue;
    const open = data.SecurityGroupIds.flatMap((group) => groups.get(group) ?? []);
    const ports = [...new Set(open.map((each) => each.ports))].sort().join(', ');
    if (open.length > 0) add(id, data.InstanceId, 'instance', ports, [id, ...open.map(({ fact }) => fact)]);
  }
  for (const { id, data } of estate.all('aws.eks-cluster'))
    if (data.endpointPublicAccess === true && data.publicAccessCidrs.some((range) => world.has(range)))
      add(id, data.name, 'cluster', '443', [id]);
  return endpoints;
});

/**
 * Whether a function URL that asks for no signature answers the internet: the function's own policy must let everybody call
 * it. Where no policy was told and functions were not read whole, it may. Source: Lambda developer guide, "Control access to
 * Lambda function URLs", "Using the NONE auth type".
 */
function answersAnybody(estate: Estate, { FunctionArn, Policy }: Fact<'aws.function'>['data']): boolean {
  if (Policy === undefined) return isUnread(estate, 'aws.function');
  const known = new Map<string, ContextValue>([
    ['lambda:functionurlauthtype', { kind: 'values', values: ['NONE'] }],
    ['aws:principalaccount', { kind: 'absent' }],
    ['aws:principalarn', { kind: 'absent' }],
    ['aws:principalorgid', { kind: 'absent' }],
    ['aws:sourceaccount', { kind: 'absent' }],
    ['aws:sourcearn', { kind: 'absent' }],
  ]);
  const { allow, deny } = judge([{ policy: policyOf(Policy), label: 'the policy of the function', facts: [] }], {
    action: 'lambda:InvokeFunctionUrl',
    resource: FunctionArn,
    context: (key) => known.get(key) ?? { kind: 'unknown' },
    variables: () => 'unknown',
    // Nobody is signed in: only what means everybody means them.
    isCaller: ({ principals }) => truth(principals !== undefined && principals.everybody !== principals.not),
  });
  return allow !== no && deny !== yes;
}

/** By security group: what it opens to the world. ICMP is no way in. */
const openPorts = perEstate((estate): ReadonlyMap<string, readonly { ports: string; fact: FactId }[]> => {
  const byGroup = new Map<string, { ports: string; fact: FactId }[]>();
  for (const { id, data } of estate.all('aws.security-group')) {
    const open = data.IpPermissions.filter(
      ({ IpProtocol, IpRanges, Ipv6Ranges }) =>
        IpProtocol !== 'icmp' &&
        IpProtocol !== 'icmpv6' &&
        [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].some((range) =>
          world.has(range),
        ),
    );
    if (open.length > 0)
      byGroup.set(
        data.GroupId,
        open.map((permission) => ({ ports: portsOf(permission), fact: id })),
      );
  }
  return byGroup;
});

function portsOf({
  IpProtocol,
  FromPort,
  ToPort,
}: {
  IpProtocol: string;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
}): string {
  if (IpProtocol === '-1') return 'all ports';
  const range = FromPort === ToPort ? `${FromPort ?? 'all ports'}` : `${FromPort}-${ToPort}`;
  return `${range}/${IpProtocol}`;
}
