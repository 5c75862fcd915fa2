/**
 * Who can speak to the API server: every service account that is an object, a subject or named by a pod; every user that a
 * binding names and every node's own; every group that a binding names, and `system:nodes` where there are nodes.
 */
import { type Estate, type FactId, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { hostsOf } from './hosts.ts';
import { podsOf, unscheduled } from './pods.ts';
import { rbacOf, serviceAccountGroups, userGroups } from './rbac.ts';

export interface Identity {
  readonly id: NodeId;
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  /** Of service accounts. */
  readonly namespace: string | undefined;
  /** The object, or else what names it. */
  readonly facts: readonly FactId[];
}

export const mastersId: NodeId = kubernetesId('Group', undefined, 'system:masters');
export const nodesGroupId: NodeId = kubernetesId('Group', undefined, 'system:nodes');

/** `User` of a node's kubelet. */
export function nodeUserId(node: string): NodeId {
  return kubernetesId('User', undefined, `system:node:${node}`);
}

export const identitiesOf: (estate: Estate) => ReadonlyMap<NodeId, Identity> = perEstate((estate) => {
  const all = new Map<NodeId, Identity>();
  const add = (id: NodeId, facts: readonly FactId[]): void => {
    if (!all.has(id)) all.set(id, { ...parts(id), id, facts });
  };
  for (const fact of estate.all('kubernetes.service-account')) add(fact.id, [fact.id]);
  for (const [id, grants] of rbacOf(estate).namedIdentities)
    add(
      id,
      grants.slice(0, 1).map((grant) => grant.bindingFact),
    );
  for (const pod of podsOf(estate).all) if (pod.accountKnown) add(pod.account, pod.facts);
  for (const host of hostsOf(estate)) {
    if (host.id !== unscheduled) add(nodeUserId(host.name), host.facts);
    add(nodesGroupId, host.facts);
  }
  return all;
});

/** The groups an identity is in by its name alone, as far as something is granted to them. */
export function groupsOf(estate: Estate, identity: Identity): readonly NodeId[] {
  if (identity.kind === 'Group') return [];
  const known = identitiesOf(estate);
  const names = identity.namespace === undefined ? userGroups(identity.name) : serviceAccountGroups(identity.namespace);
  return names.map((name) => kubernetesId('Group', undefined, name)).filter((id) => known.has(id));
}

function parts(id: NodeId): Pick<Identity, 'kind' | 'name' | 'namespace'> {
  const rest = id.slice('kubernetes:'.length);
  const kind = rest.slice(0, rest.indexOf('/'));
  const name = rest.slice(kind.length + 1);
  if (kind !== 'ServiceAccount') return { kind: kind === 'User' ? 'User' : 'Group', name, namespace: undefined };
  const slash = name.indexOf('/');
  return { kind, namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}
