import type { ApiResult } from '../../api.ts';
import { type KubernetesAttempt, listAll } from '../exchange/reading.ts';
import { refToAll } from '../objects/built-in.ts';
import { nameOf } from '../objects/object-meta.ts';
import { grantedRules } from './role-rules.ts';
import { type Authenticated, identityOf, subjectsOf } from './subject.ts';
import type { Rule } from './trial.ts';

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
      const rules = await grantedRules(attempt, object, within);
      if (!rules.ok) return rules;
      grants.push({ binding, rules: rules.value });
    }
  }
  return { ok: true, value: grants };
}

export function bindingName(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
