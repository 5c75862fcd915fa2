/**
 * What an organization lets its accounts do. A service control policy binds the identities of member accounts, a resource
 * control policy their resources; at every level from the root to the account something must allow. Neither binds the
 * management account. Source: Organizations user guide, "SCP evaluation" and "RCP evaluation".
 */
import { awsAccountId, type Estate, type FactId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Source } from './holders.ts';
import { policyOf } from './policy/document.ts';

export interface Membership {
  readonly organization: string | undefined;
  /** Ids from the root to the account. */
  readonly path: readonly string[];
  /** One for each level that has policies; none for the management account. */
  readonly service: readonly Level[];
  /** These only take away: what lets everything else is always attached. */
  readonly resource: readonly Source[];
  readonly facts: readonly FactId[];
}

export interface Level {
  readonly sources: readonly Source[];
  /** Nobody told of FullAWSAccess, and nothing here allows anything: it is attached, or the level would be dead. */
  readonly allowsAll: boolean;
}

/** By account id; an account that nobody described belongs to nothing. */
export const membershipOf: (estate: Estate) => (account: string) => Membership = perEstate((estate) => {
  const byTarget = new Map<string, { type: string; source: Source }[]>();
  for (const { id, data } of estate.all('aws.organization-policy')) {
    const word = data.Type === 'SERVICE_CONTROL_POLICY' ? 'service control policy' : 'resource control policy';
    const source = { policy: policyOf(data.Content), label: `${word} ${data.Name ?? data.Id}`, facts: [id] };
    for (const target of data.Targets)
      byTarget.set(target, [...(byTarget.get(target) ?? []), { type: data.Type, source }]);
  }
  const fullTold = estate.all('aws.organization-policy').some(({ data }) => data.Id === 'p-FullAWSAccess');
  const roots = [...byTarget.keys()].filter((target) => target.startsWith('r-')).sort();
  const known = new Map<string, Membership>();
  return (account) => {
    const found = known.get(account);
    if (found !== undefined) return found;
    const fact = estate.get('aws.account', awsAccountId(account));
    const told = fact?.data.OrganizationPath ?? [];
    // An organization has one root, and everybody is below it.
    const path = told.length > 0 ? told : [...roots, account];
    const at = (target: string, type: string) =>
      (byTarget.get(target) ?? []).flatMap((each) => (each.type === type ? [each.source] : []));
    const steps = path.at(-1) === account ? path : [...path, account];
    const free = fact?.data.ManagementAccount === true;
    const membership: Membership = {
      organization: fact?.data.OrganizationId,
      path,
      service: free
        ? []
        : steps
            .map((target) => at(target, 'SERVICE_CONTROL_POLICY'))
            .filter((sources) => sources.length > 0)
            .map((sources) => ({ sources, allowsAll: !fullTold && !sources.some(allowsSomething) })),
      resource: free ? [] : steps.flatMap((target) => at(target, 'RESOURCE_CONTROL_POLICY')),
      facts: fact === undefined ? [] : [fact.id],
    };
    known.set(account, membership);
    return membership;
  };
});

function allowsSomething({ policy }: Source): boolean {
  return policy.statements.some(({ effect }) => effect === 'Allow');
}
