/**
 * Which lever severs which edge of an AWS account: only what by itself makes the edge disappear from a fresh collect. The tests pull
 * each on a server that speaks AWS and derive afresh.
 *
 * A deny of ours wins over whatever allows, so that it is offered wherever an edge stands on what an identity itself may do. What
 * somebody gains by other ways of the same identity (a group, a trust that is not asked) is no edge of these rules.
 */
import {
  accountAdminId,
  accountOfArn,
  type Estate,
  type Fact,
  type Lever,
  type LiveEdge,
  lever,
  type NodeId,
} from '@firebreak/contract';
import { providersNamedBy } from './federation.ts';
import { type Holder, holdersOf } from './holders.ts';
import { policyOf } from './policy/document.ts';
import { providerId } from './providers.ts';
import { anybodyId, strangerId } from './trust.ts';

/** For rules from a credential to its user: an access key becomes worthless. Of a password there is no lever that can be undone. */
export function credentialLevers({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  return deactivateKey(estate, to, from.replace(/^aws:AccessKey\//, ''));
}

/** For rules of any system in which the key of a user was found. */
export function deactivateKey(estate: Estate, userId: NodeId, accessKeyId: string): readonly Lever[] {
  const user = estate.get('aws.user', userId)?.data;
  if (user?.AccessKeys.some((key) => key.AccessKeyId === accessKeyId) !== true) return [];
  return [lever('aws.deactivate-access-key', { ...place(user.Arn), accessKeyId })];
}

/** For rules from what an identity itself may do: everything is taken from it. Not from groups, which hold nothing of their own. */
export function quarantine({ from }: Pick<LiveEdge, 'from'>, estate: Estate): readonly Lever[] {
  const holder = changeable(estate, from);
  return holder === undefined || holder.kind === 'group' ? [] : [lever('aws.quarantine-identity', place(holder.arn))];
}

/** What a member holds as its group: nothing, once everything is denied to it, where the group has anything to hold. */
export function quarantineMember(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const policies = holdersOf(estate).get(edge.to)?.policies ?? [];
  const gives = policies.some(({ policy }) => policy.statements.some(({ effect }) => effect === 'Allow'));
  return gives ? quarantine(edge, estate) : [];
}

type ThingKind = 'aws.secret' | 'aws.parameter' | 'aws.bucket' | 'aws.ecr-repository' | 'aws.kms-key';

/** For rules of one action on one thing: that alone is denied to the identity, or everything. */
export function denyAction(
  edge: LiveEdge,
  estate: Estate,
  { kind, action, inside = false }: { readonly kind: ThingKind; readonly action: string; readonly inside?: boolean },
): readonly Lever[] {
  const holder = changeable(estate, edge.from);
  const arn = thingArn(edge, estate, kind);
  if (holder === undefined || arn === undefined) return [];
  const resources = [inside ? `${arn}/*` : arn];
  return [
    lever('aws.deny-permission', { ...place(holder.arn), actions: [action], resources }),
    ...quarantine(edge, estate),
  ];
}

/** What a bucket lets the world do. */
export function closeToWorld(edge: LiveEdge, estate: Estate): readonly Lever[] {
  if (edge.from !== anybodyId) return [];
  const bucket = edge.facts.map((id) => estate.get('aws.bucket', id)).find((fact) => fact !== undefined)?.data;
  if (bucket?.AccountId === undefined) return [];
  return [lever('aws.block-public-bucket', { account: bucket.AccountId, arn: bucket.Arn })];
}

/** Nobody pushes to the repository, whoever may. */
export function denyPush(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const arn = thingArn(edge, estate, 'aws.ecr-repository');
  return arn === undefined ? [] : [lever('aws.deny-ecr-push', place(arn))];
}

/** The role lets this one identity in no more. */
export function denyTrust({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const caller = holdersOf(estate).get(from);
  return caller === undefined || caller.kind === 'group' ? [] : denial(estate, to, 'AWS', caller.arn);
}

/** A stranger is taken out of the trust policy, where it is written there in one way. */
export function cutStranger({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const role = changeable(estate, to);
  if (role === undefined) return [];
  const named = new Set<string>();
  for (const { effect, principals } of policyOf(estate.get('aws.role', to)?.data.AssumeRolePolicyDocument ?? {})
    .statements)
    if (effect === 'Allow' && principals !== undefined && !principals.not)
      for (const written of principals.everybody ? ['*'] : (principals.byType.get('AWS') ?? []))
        if (strangerId(written) === from) named.add(written);
  const [name, ...more] = named;
  if (name === undefined || more.length > 0) return [];
  return [lever('aws.cut-trust', { ...place(role.arn), cut: { by: 'principal', type: 'AWS', name } })];
}

/** The one identity provider that a role trusts is denied: no token of it opens the role. */
export function denyProvider({ to }: LiveEdge, estate: Estate): readonly Lever[] {
  const [provider, ...more] = providersNamedBy(estate).get(to) ?? [];
  return provider === undefined || more.length > 0 ? [] : denial(estate, to, 'Federated', provider);
}

/** The role believes this provider no more; what others say goes on to count. */
export function denyIssuer({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const own = (providersNamedBy(estate).get(to) ?? []).filter((provider) => providerId(provider) === from);
  const [provider, ...more] = own;
  return provider === undefined || more.length > 0 ? [] : denial(estate, to, 'Federated', provider);
}

/** Nobody of another account takes the role, whom that account may send. */
export function denyAccount({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  for (const { account, partition } of holdersOf(estate).values())
    if (accountAdminId(account) === from) return denial(estate, to, 'AWS', `arn:${partition}:iam::${account}:root`);
  return [];
}

function denial(estate: Estate, id: NodeId, type: 'AWS' | 'Federated', name: string): readonly Lever[] {
  const role = changeable(estate, id);
  return role === undefined ? [] : [lever('aws.cut-trust', { ...place(role.arn), cut: { by: 'deny', type, name } })];
}

/** An instance that the internet reaches is cut off, or the one group that opens it is closed. */
export function closeInstance(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const instance = estate.get('aws.instance', edge.to)?.data;
  if (instance === undefined) return [];
  const groups = new Set(edge.facts.filter((id) => estate.get('aws.security-group', id) !== undefined));
  const [group, ...more] = [...groups].map((id) => estate.get('aws.security-group', id)?.data);
  const close =
    group === undefined || more.length > 0
      ? []
      : [lever('aws.close-security-group', { ...place(group.Arn), close: 'world' })];
  return [lever('aws.isolate-instance', place(instance.Arn)), ...close];
}

function place(arn: string) {
  return { account: accountOfArn(arn) ?? '', arn };
}

/** An identity whose policies somebody may write. */
function changeable(estate: Estate, id: NodeId): Holder | undefined {
  const holder = holdersOf(estate).get(id);
  return holder === undefined || holder.serviceLinked ? undefined : holder;
}

function thingArn(edge: LiveEdge, estate: Estate, kind: ThingKind): string | undefined {
  for (const id of edge.facts) {
    const fact = estate.get(kind, id) as Fact<ThingKind> | undefined;
    if (fact === undefined) continue;
    return 'Arn' in fact.data ? fact.data.Arn : fact.data.repositoryArn;
  }
  return undefined;
}
