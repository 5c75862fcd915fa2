/**
 * The account that Firebreak itself uses on the cluster: it has the role that `firebreak permissions` prints and nothing
 * more, so that every scenario also shows that this is enough. The API server's audit log tells its writes from all others.
 */
import { parse } from 'yaml';
import type { ApiObject } from '../../../packages/platform/src/connectors/kubernetes/api.ts';
import { textAt } from '../../../packages/platform/src/connectors/kubernetes/foreign.ts';
import { type Cluster, forever } from './cluster.ts';
import { firebreak } from './firebreak.ts';

export interface Responder {
  /** As the audit log names it. */
  readonly user: string;
  readonly token: string;
  /** Takes its rights away, as an attacker or a careless colleague might. */
  disown(): Promise<void>;
  reinstate(): Promise<void>;
}

/** Makes the account in a namespace of that name, which has nothing else in it. */
export async function appoint(cluster: Cluster, namespace: string): Promise<Responder> {
  const printed = await firebreak('permissions', 'kubernetes', 'all');
  const role = parse(printed.stdout) as ApiObject;
  const rbac = 'rbac.authorization.k8s.io';
  const binding: ApiObject = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: namespace },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: namespace },
    subjects: [{ kind: 'ServiceAccount', name: 'firebreak', namespace }],
  };
  await cluster.create([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'firebreak', namespace } },
    { ...role, metadata: { name: namespace } },
    binding,
  ]);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'firebreak', namespace } };
  const made = await cluster.api.create(
    { ...cluster.refOf(account), subresource: 'token' },
    { spec: { expirationSeconds: 7200 } },
    forever,
  );
  if (!made.ok) throw new Error(made.reason);
  return {
    user: `system:serviceaccount:${namespace}:firebreak`,
    token: textAt(made.value, 'status', 'token') ?? '',
    async disown() {
      const result = await cluster.api.delete(cluster.refOf(binding), {}, forever);
      if (!result.ok) throw new Error(result.reason);
    },
    async reinstate() {
      await cluster.create([binding]);
    },
  };
}
