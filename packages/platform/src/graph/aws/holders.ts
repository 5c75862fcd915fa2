/**
 * Who can hold permissions, with everything that speaks for them: users with their groups, roles, and groups by themselves
 * (what a new member would gain). By node id.
 */
import {
  type AwsPolicyDocument,
  accountOfArn,
  awsId,
  awsWellKnownPolicies,
  type Estate,
  type Fact,
  type FactId,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type Policy, policyOf } from './policy/document.ts';

/** A policy with where it comes from. */
export interface Source {
  readonly policy: Policy;
  /** `policy Deploy`, `inline policy x of group y` */
  readonly label: string;
  readonly facts: readonly FactId[];
}

export interface Holder {
  readonly id: NodeId;
  readonly arn: string;
  readonly kind: 'user' | 'role' | 'group';
  readonly name: string;
  readonly account: string;
  readonly partition: string;
  /** `AIDA…`, `AROA…` */
  readonly uniqueId: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly policies: readonly Source[];
  /** Absent without a boundary; without a document it allows nothing. */
  readonly boundary: { readonly arn: string; readonly source: Source | undefined } | undefined;
  readonly groups: readonly NodeId[];
  /** AWS made it for a service: nobody passes or changes it, and organization policies do not bind it. */
  readonly serviceLinked: boolean;
  readonly facts: readonly FactId[];
}

type Attached = readonly { readonly PolicyName: string; readonly PolicyArn: string }[];
type Inline = readonly { readonly PolicyName: string; readonly PolicyDocument: AwsPolicyDocument }[];

/** The document in force of a managed policy; AWS's own where nobody told it. */
const managedDocument: (
  estate: Estate,
) => (arn: string) => { document: AwsPolicyDocument; facts: FactId[] } | undefined = perEstate((estate) => {
  const known = new Map<string, { document: AwsPolicyDocument; facts: FactId[] }>();
  return (arn) => {
    const found = known.get(arn);
    if (found !== undefined) return found;
    const fact = estate.get('aws.managed-policy', awsId(arn));
    const versions = fact?.data.PolicyVersionList ?? [];
    const inForce = versions.find(({ IsDefaultVersion }) => IsDefaultVersion);
    const document = inForce?.Document ?? awsWellKnownPolicies[arn.replace(/^arn:[^:]+:/, 'arn:aws:')];
    if (document === undefined) return undefined;
    const made = { document, facts: fact === undefined ? [] : [fact.id] };
    known.set(arn, made);
    return made;
  };
});

/** All holders, in the order users, roles, groups, each by id. */
export const holdersOf: (estate: Estate) => ReadonlyMap<NodeId, Holder> = perEstate((estate) => {
  const managed = managedDocument(estate);
  const sources = (attached: Attached, inline: Inline, owner: string, facts: readonly FactId[]): Source[] => [
    ...attached.flatMap(({ PolicyArn, PolicyName }) => {
      const found = managed(PolicyArn);
      if (found === undefined) return [];
      return [{ policy: policyOf(found.document), label: `policy ${PolicyName}`, facts: [...found.facts, ...facts] }];
    }),
    ...inline.map(({ PolicyName, PolicyDocument }) => ({
      policy: policyOf(PolicyDocument),
      label: `inline policy ${PolicyName} of ${owner}`,
      facts,
    })),
  ];
  const boundaryOf = (data: {
    PermissionsBoundary?: { PermissionsBoundaryArn: string } | undefined;
  }): Holder['boundary'] => {
    const arn = data.PermissionsBoundary?.PermissionsBoundaryArn;
    if (arn === undefined) return undefined;
    const found = managed(arn);
    const label = `permissions boundary ${arn.replace(/^.*\//, '')}`;
    return { arn, source: found && { policy: policyOf(found.document), label, facts: found.facts } };
  };
  const common = (fact: Fact, arn: string) => ({
    id: fact.id,
    arn,
    account: accountOfArn(arn) ?? '',
    partition: arn.split(':')[1] ?? 'aws',
    facts: [fact.id],
  });

  const groups = new Map<NodeId, Holder>();
  const groupByName = new Map<string, Holder>();
  for (const fact of estate.all('aws.group')) {
    const { data } = fact;
    const holder: Holder = {
      ...common(fact, data.Arn),
      kind: 'group',
      name: data.GroupName,
      uniqueId: undefined,
      tags: new Map(),
      policies: sources(data.AttachedManagedPolicies, data.GroupPolicyList, `group ${data.GroupName}`, [fact.id]),
      boundary: undefined,
      groups: [],
      serviceLinked: false,
    };
    groups.set(fact.id, holder);
    groupByName.set(`${holder.account} ${holder.name}`, holder);
  }
  const holders = new Map<NodeId, Holder>();
  for (const fact of estate.all('aws.user')) {
    const { data } = fact;
    const account = accountOfArn(data.Arn) ?? '';
    const member = data.GroupList.flatMap((name) => groupByName.get(`${account} ${name}`) ?? []);
    const own = sources(data.AttachedManagedPolicies, data.UserPolicyList, `user ${data.UserName}`, [fact.id]);
    holders.set(fact.id, {
      ...common(fact, data.Arn),
      kind: 'user',
      name: data.UserName,
      uniqueId: data.UserId,
      tags: tagMap(data.Tags),
      policies: [...own, ...member.flatMap((group) => group.policies)],
      boundary: boundaryOf(data),
      groups: member.map(({ id }) => id),
      serviceLinked: false,
    });
  }
  for (const fact of estate.all('aws.role')) {
    const { data } = fact;
    holders.set(fact.id, {
      ...common(fact, data.Arn),
      kind: 'role',
      name: data.RoleName,
      uniqueId: data.RoleId,
      tags: tagMap(data.Tags),
      policies: sources(data.AttachedManagedPolicies, data.RolePolicyList, `role ${data.RoleName}`, [fact.id]),
      boundary: boundaryOf(data),
      groups: [],
      serviceLinked: /:role\/aws-service-role\//.test(data.Arn),
    });
  }
  for (const [id, group] of groups) holders.set(id, group);
  return holders;
});

/** Keys of tags are compared without case. */
function tagMap(tags: readonly { readonly Key: string; readonly Value: string }[]): ReadonlyMap<string, string> {
  return new Map(tags.map(({ Key, Value }) => [Key.toLowerCase(), Value]));
}
