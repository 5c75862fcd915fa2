/**
 * The account that Firebreak itself uses on the cluster: it has the role that `firebreak permissions` prints and nothing
 * more, so that every scenario also shows that this is enough. The API server's audit log tells its writes from all others.
 */
import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { reviews } from '../../../packages/platform/src/connectors/kubernetes/actions/objects/built-in.ts';
import type { ApiObject } from '../../../packages/platform/src/connectors/kubernetes/api.ts';
import { at, textAt } from '../../../packages/platform/src/intake/foreign.ts';
import { type Cluster, eventually, forever } from './cluster.ts';
import { firebreak } from './firebreak.ts';

export interface Responder {
  /** As the audit log names it. */
  readonly user: string;
  readonly token: string;
  /** Takes its rights away, as an attacker or a careless colleague might. */
  disown(): Promise<void>;
  reinstate(): Promise<void>;
  /** Removes the account and its role for good. */
  dismiss(): Promise<void>;
}

/** Makes the account, in a namespace that has nothing else in it. */
export async function appoint(cluster: Cluster): Promise<Responder> {
  const name = `firebreak-responder-${randomBytes(4).toString('hex')}`;
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'firebreak', namespace: name } };
  const role: ApiObject = { ...(await printedRole()), metadata: { name } };
  const rbac = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: 'firebreak', namespace: name }],
  };
  await cluster.create([home, account, role, binding]);

  const spec = { expirationSeconds: 7200 };
  const made = await cluster.api.create({ ...cluster.refOf(account), subresource: 'token' }, { spec }, forever);
  if (!made.ok) throw new Error(made.reason);
  const token = textAt(made.value, 'status', 'token') ?? '';
  const itself = cluster.api.withToken(token);

  /** The authorizer hears of a binding a moment after it was written. */
  async function until(may: boolean): Promise<void> {
    const asked = { verb: 'create', resource: 'serviceaccounts', namespace: 'default' };
    await eventually(
      () => itself.create(reviews.ownAccess, { spec: { resourceAttributes: asked } }, forever),
      (answer) => answer.ok && at(answer.value, 'status', 'allowed') === may,
    );
  }

  await until(true);
  return {
    user: `system:serviceaccount:${name}:firebreak`,
    token,
    async disown() {
      await cluster.remove(binding);
      await until(false);
    },
    async reinstate() {
      await cluster.create([binding]);
      await until(true);
    },
    async dismiss() {
      for (const object of [binding, role, home]) await cluster.remove(object);
    },
  };
}

async function printedRole(): Promise<ApiObject> {
  const { code, stdout, stderr } = await firebreak('permissions', 'kubernetes', 'all');
  if (code !== 0) throw new Error(stderr);
  return parse(stdout) as ApiObject;
}
