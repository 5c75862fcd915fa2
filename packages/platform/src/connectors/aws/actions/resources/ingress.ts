/** Ingress rules of security groups, one by one: a permission of EC2 bundles many sources, a lever may mean a part of them. */
import { z } from 'zod';
import { array, at, type Foreign, record, textAt } from '../../../../intake/foreign.ts';

/** One source of one permission, as EC2 takes it back. */
export const ingressRule = z.record(z.string(), z.unknown());
export type IngressRule = z.infer<typeof ingressRule>;

const sources = ['IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'UserIdGroupPairs'] as const;

/** All rules of a group, in an order of their own. */
export function rulesOf(permissions: unknown): readonly IngressRule[] {
  const rules = array(permissions).flatMap((permission) => {
    const { IpProtocol, FromPort, ToPort } = record(permission) ?? {};
    const ports = {
      IpProtocol,
      ...(typeof FromPort === 'number' ? { FromPort } : {}),
      ...(typeof ToPort === 'number' ? { ToPort } : {}),
    };
    return sources.flatMap((source) =>
      array(at(permission, source)).map((each): IngressRule => ({ ...ports, [source]: [withoutOwn(each)] })),
    );
  });
  return rules.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Names and states that EC2 adds to the answer are not taken back. */
function withoutOwn(source: unknown): Foreign {
  const { GroupName: _, PeeringStatus: __, ...rest } = record(source) ?? {};
  return Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** From anywhere, over IPv4 or IPv6. */
export function isOpenToWorld(rule: IngressRule): boolean {
  return (
    textAt(array(rule.IpRanges)[0], 'CidrIp') === '0.0.0.0/0' ||
    textAt(array(rule.Ipv6Ranges)[0], 'CidrIpv6') === '::/0'
  );
}
