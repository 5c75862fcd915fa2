/**
 * Node ids of Kubernetes things. One place, because facts, node rules, edge rules, levers and actions must agree on them
 * to the letter. Names come from parsed facts and so hold no slash.
 */
import type { NodeId } from '../node.ts';

export function kubernetesId(kind: string, namespace: string | undefined, name: string): NodeId {
  return namespace === undefined ? `kubernetes:${kind}/${name}` : `kubernetes:${kind}/${namespace}/${name}`;
}

export function containerId(namespace: string, pod: string, container: string): NodeId {
  return `kubernetes:Container/${namespace}/${pod}/${container}`;
}

/** A role as granted by one binding: `role::binding`, KubeHound's permission set. No namespace for a ClusterRoleBinding. */
export function permissionSetId(namespace: string | undefined, role: string, binding: string): NodeId {
  return kubernetesId('PermissionSet', namespace, `${role}::${binding}`);
}

/** A volume as one pod mounts it. */
export function volumeId(namespace: string, pod: string, volume: string): NodeId {
  return `kubernetes:Volume/${namespace}/${pod}/${volume}`;
}

/** Everything that a holder of the whole cluster holds. */
export const clusterAdminId: NodeId = 'kubernetes:Privilege/cluster-admin';

/** `system:serviceaccount:<namespace>:<name>` */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The account that a user name stands for; undefined for anybody else. */
export function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** The node of whom a user name stands for: a service account by its full name, or a user. */
export function kubernetesUserId(user: string): NodeId {
  const account = serviceAccountOf(user);
  return account === undefined
    ? kubernetesId('User', undefined, user)
    : kubernetesId('ServiceAccount', account.namespace, account.name);
}

/** The namespace in a Kubernetes id, undefined for what has none. */
export function namespaceOfId(id: NodeId): string | undefined {
  const [, namespace, name] = id.split('/');
  return id.startsWith('kubernetes:') && name !== undefined ? namespace : undefined;
}
