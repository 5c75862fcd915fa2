/** The organization as a member account may see it: where the account stands, and the policies that bind it. */
import { type Foreign, record, textAt } from '../../../intake/foreign.ts';
import type { Desk, Scope } from './desk.ts';

export const organization: Scope = {
  service: 'organizations',
  kinds: ['aws.organization-policy', 'aws.account'],
  operations: {
    DescribeOrganization: 'organizations:DescribeOrganization',
    ListParents: 'organizations:ListParents',
    ListPolicies: 'organizations:ListPolicies',
    DescribePolicy: 'organizations:DescribePolicy',
    ListTargetsForPolicy: 'organizations:ListTargetsForPolicy',
  },
};

/** Nothing where there is no organization. What may not be asked is a gap: members may seldom list policies. */
export async function readOrganization(
  desk: Desk,
  account: string,
): Promise<{ readonly account: Foreign; readonly policies: readonly Foreign[] }> {
  const answer = await desk.get('DescribeOrganization', {});
  if (answer === undefined) return { account: {}, policies: [] };
  const whole = record(answer.Organization);
  const path = [account];
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const { items } = await desk.list('ListParents', 'Parents', { ChildId: path[0] }, path[0] ?? '');
    const parent = textAt(items[0], 'Id');
    if (parent === undefined) break;
    path.unshift(parent);
    if (textAt(items[0], 'Type') === 'ROOT') break;
  }
  const policies: Foreign[] = [];
  for (const Filter of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY']) {
    const listed = await desk.list('ListPolicies', 'Policies', { Filter }, Filter);
    for (const summary of listed.items) {
      const PolicyId = textAt(summary, 'Id') ?? '';
      const [policy, targets] = await Promise.all([
        desk.get('DescribePolicy', { PolicyId }, PolicyId),
        desk.list('ListTargetsForPolicy', 'Targets', { PolicyId }, PolicyId),
      ]);
      const content = record(policy?.Policy)?.Content;
      policies.push({ ...summary, Type: Filter, Content: content, Targets: targets.items });
    }
  }
  const found = {
    OrganizationId: whole?.Id,
    ManagementAccount: whole?.MasterAccountId === account,
    OrganizationPath: path,
  };
  return { account: found, policies };
}
/** Organizations nest five deep. */
const maxDepth = 16;
