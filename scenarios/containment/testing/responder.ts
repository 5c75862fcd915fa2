/**
 * The account that Firebreak itself uses on the cluster: it has the role that `firebreak permissions` prints and nothing
 * more, so that every scenario also shows that this is enough. The API server's audit log tells its writes from all others.
 */
import { parse } from 'yaml';
import { reviews } from '../../../packages/platform/src/connectors/kubernetes/actions/objects/built-in.ts';
import type { ApiObject } from '../../../packages/platform/src/connectors/kubernetes/api.ts';
import { at, textAt } from '../../../packages/platform/src/connectors/kubernetes/foreign.ts';
import { type Cluster, eventually, forever } from './cluster.ts';
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
  const token = textAt(made.value, 'status', 'token') ?? '';
  const itself = cluster.api.withToken(token);
  /** The authorizer hears of a binding a moment after it was written. */
  async function mayMakeAccounts(): Promise<boolean> {
    const question = {
      spec: { resourceAttributes: { verb: 'create', resource: 'serviceaccounts', namespace: 'default' } },
    };
    const answer = await itself.create(reviews.ownAccess, question, forever);
    return answer.ok && at(answer.value, 'status', 'allowed') === true;
  }
  await eventually(mayMakeAccounts, (may) => may);
  return {
    user: `system:serviceaccount:${namespace}:firebreak`,
    token,
    async disown() {
      const result = await cluster.api.delete(cluster.refOf(binding), {}, forever);
      if (!result.ok) throw new Error(result.reason);
      await eventually(mayMakeAccounts, (may) => !may);
    },
    async reinstate() {
      await cluster.create([binding]);
      await eventually(mayMakeAccounts, (may) => may);
    },
  };
}
