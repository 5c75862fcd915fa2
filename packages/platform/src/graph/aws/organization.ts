/**
 * What an organization lets its accounts do. A service control policy binds the identities of member accounts, a resource
 * control policy their resources; at every level from the root to the account something must allow. Neither binds the
 * management account. Source: Organizations user guide, "SCP evaluation" and "RCP evaluation": a policy binds what is below its
 * target and nothing else, so that an account of which nobody tells where it is may be bound or not.
 */
import { awsAccountId, type Estate, type FactId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Source } from './holders.ts';
import { policyOf } from './policy/document.ts';

export interface Membership {
  readonly organization: string | undefined;
  /** Ids from the root to the account, as far as they are told. */
  readonly path: readonly string[];
  /** One for each level that has policies; none for the management account. */
  readonly service: readonly Level[];
  /** These only take away: what lets everything else is always attached. */
  readonly resource: readonly Level[];
  readonly facts: readonly FactId[];
}

export interface Level {
  readonly sources: readonly Source[];
  /** Nobody told of FullAWSAccess, and nothing here allows anything: it is attached, or the level would be dead. */
  readonly allowsAll: boolean;
  /** False where nobody told that the account is below it: another account is, or there is another root. */
  readonly certain: boolean;
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
  const roots = new Map(
    [...byTarget.keys()]
      .filter(isRoot)
      .sort()
      .map((root) => [root, organizationOf(estate, root)]),
  );
  const placesTold = estate.all('aws.account').some(({ data }) => data.OrganizationPath.some(isRoot));
  /** Whether an account whose place nobody told is below a root: everybody of the root's organization is. */
  const below = (root: string, organization: string | undefined): 'yes' | 'maybe' | 'no' => {
    const of = roots.get(root);
    if (of !== undefined && organization !== undefined) return of === organization ? 'yes' : 'no';
    return roots.size === 1 && !placesTold ? 'yes' : 'maybe';
  };
  const known = new Map<string, Membership>();
  return (account) => {
    const found = known.get(account);
    if (found !== undefined) return found;
    const fact = estate.get('aws.account', awsAccountId(account));
    const organization = fact?.data.OrganizationId;
    const told = (fact?.data.OrganizationPath ?? []).filter((step) => step !== account);
    const above = told.length > 0 ? told : [...roots.keys()].filter((root) => below(root, organization) === 'yes');
    const perhaps = told.length > 0 ? [] : [...roots.keys()].filter((root) => below(root, organization) === 'maybe');
    const path = [...above, account];
    const levels = (type: string): readonly Level[] =>
      [...perhaps.map((target) => ({ target, certain: false })), ...path.map((target) => ({ target, certain: true }))]
        .map(({ target, certain }) => ({
          certain,
          sources: (byTarget.get(target) ?? []).flatMap((each) => (each.type === type ? [each.source] : [])),
        }))
        .filter(({ sources }) => sources.length > 0)
        .map((level) => ({ ...level, allowsAll: !fullTold && !level.sources.some(allowsSomething) }));
    const free = fact?.data.ManagementAccount === true;
    const membership: Membership = {
      organization,
      path,
      service: free ? [] : levels('SERVICE_CONTROL_POLICY'),
      resource: free ? [] : levels('RESOURCE_CONTROL_POLICY'),
      facts: fact === undefined ? [] : [fact.id],
    };
    known.set(account, membership);
    return membership;
  };
});

function isRoot(id: string): boolean {
  return id.startsWith('r-');
}

/** By the ARNs of policies that are attached to it, and by accounts that are told to be below it. */
function organizationOf(estate: Estate, root: string): string | undefined {
  for (const { data } of estate.all('aws.organization-policy')) {
    const organization = /:policy\/(o-[a-z0-9]+)\//.exec(data.Arn)?.[1];
    if (organization !== undefined && data.Targets.includes(root)) return organization;
  }
  const below = estate.all('aws.account').find(({ data }) => data.OrganizationPath.includes(root));
  return below?.data.OrganizationId;
}

function allowsSomething({ policy }: Source): boolean {
  return policy.statements.some(({ effect }) => effect === 'Allow');
}
