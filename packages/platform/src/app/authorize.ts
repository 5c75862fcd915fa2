/** The twin's authorizer: the same RBAC evaluation that the attack graph rests on, asked about one request. */
import { type AnyFact, kubernetesId, type NodeId } from '@firebreak/contract';
import { estateOf } from '../facts/estate.ts';
import { type Grant, grantAllows, type Rbac, rbacOf, type Wish } from '../graph/kubernetes/rbac.ts';

export interface AuthorizationRequest {
  readonly user: string;
  readonly groups: readonly string[];
  readonly wish: Wish;
  readonly rbac: readonly AnyFact[];
}

/** Whether one of the requester's grants allows the wish; `system:masters` may do everything. */
export function authorize({ user, groups, wish, rbac: facts }: AuthorizationRequest): boolean {
  if (groups.includes('system:masters')) return true;
  const rbac = rbacOf(estateOf(facts, []));
  return grantsOf(rbac, user, groups).some((grant) => grantAllows(grant, wish));
}

function grantsOf(rbac: Rbac, user: string, groups: readonly string[]): readonly Grant[] {
  const ids = [identityOf(user), ...groups.map((group) => kubernetesId('Group', undefined, group))];
  return ids.flatMap((id) => rbac.namedIdentities.get(id) ?? []);
}

function identityOf(user: string): NodeId {
  const [, , namespace, name] = user.split(':');
  if (user.startsWith('system:serviceaccount:') && namespace !== undefined && name !== undefined) {
    return kubernetesId('ServiceAccount', namespace, name);
  }
  return kubernetesId('User', undefined, user);
}
