import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import { type KubernetesAttempt, listAll, look } from '../exchange/reading.ts';
import { refTo, refToAll } from '../objects/built-in.ts';
import { selects } from '../objects/label-selector.ts';
import { labelsOf, present } from '../objects/object-meta.ts';
import { type Rule, rulesOf } from './trial.ts';

/**
 * The rules that a binding grants; none when its role does not exist. An aggregated role holds no rules until the
 * controller has filled it, so what its selectors select is read as well.
 */
export async function grantedRules(
  attempt: KubernetesAttempt,
  binding: ApiObject,
  namespace: string | undefined,
): Promise<ApiResult<readonly Rule[]>> {
  const role = await look(attempt, roleRef(binding, namespace));
  if (!role.ok) return role;
  if (role.object === null) return { ok: true, value: [] };
  const rules = rulesOf(role.object);
  const selectors = array(at(role.object, 'aggregationRule', 'clusterRoleSelectors'));
  if (rules.length > 0 || selectors.length === 0) return { ok: true, value: rules };
  const all = await listAll(attempt, refToAll('ClusterRole'));
  if (!all.ok) return all;
  const selected = all.value.filter((each) => selectors.some((selector) => selects(selector, labelsOf(each))));
  return { ok: true, value: selected.flatMap(rulesOf) };
}

function roleRef(binding: ApiObject, namespace: string | undefined) {
  const name = textAt(binding, 'roleRef', 'name') ?? '';
  return present(binding, 'roleRef', 'kind') === 'Role'
    ? refTo('Role', namespace, name)
    : refTo('ClusterRole', undefined, name);
}
