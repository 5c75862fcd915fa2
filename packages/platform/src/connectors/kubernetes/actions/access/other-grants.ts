import type { ApiResult } from '../../api.ts';
import { textAt } from '../../foreign.ts';
import { type KubernetesAttempt, listAll, look } from '../exchange/reading.ts';
import { refTo, refToAll } from '../objects/built-in.ts';
import { nameOf } from '../objects/object-meta.ts';
import { type Authenticated, identityOf, subjectsOf } from './subject.ts';
import { type Rule, rulesOf } from './trial.ts';

/** A grant that somebody has through a binding. */
export interface OtherGrant {
  /** `RoleBinding ml/extra` */
  readonly binding: string;
  readonly rules: readonly Rule[];
}

/**
 * Everything that bindings other than `except` grant to somebody, inside a namespace or cluster-wide. Bindings of a
 * namespace are looked at only when the question is about that namespace.
 */
export async function otherGrants(
  attempt: KubernetesAttempt,
  who: Authenticated,
  namespace: string | undefined,
  except: string,
): Promise<ApiResult<readonly OtherGrant[]>> {
  const identities = new Set([`User ${who.user}`, ...who.groups.map((group) => `Group ${group}`)]);
  const grants: OtherGrant[] = [];
  for (const kind of namespace === undefined ? ['ClusterRoleBinding'] : ['ClusterRoleBinding', 'RoleBinding']) {
    const within = kind === 'RoleBinding' ? namespace : undefined;
    const bindings = await listAll(attempt, refToAll(kind, within));
    if (!bindings.ok) return bindings;
    for (const object of bindings.value) {
      const binding = bindingName(kind, within, nameOf(object));
      if (binding === except) continue;
      if (!subjectsOf(object).some((subject) => identities.has(identityOf(subject, within) ?? ''))) continue;
      const role = await look(attempt, roleRef(object, within));
      if (!role.ok) return role;
      // A binding to a role that does not exist grants nothing.
      if (role.object !== null) grants.push({ binding, rules: rulesOf(role.object) });
    }
  }
  return { ok: true, value: grants };
}

export function bindingName(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The role that a binding grants. */
export function roleRef(binding: unknown, namespace: string | undefined) {
  const kind = textAt(binding, 'roleRef', 'kind') === 'Role' ? 'Role' : 'ClusterRole';
  return refTo(kind, kind === 'Role' ? namespace : undefined, textAt(binding, 'roleRef', 'name') ?? '');
}
