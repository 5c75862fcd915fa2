import { array, at } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

/** Whether a quota counts only some of the objects: those of a priority class, best-effort pods, and so on. */
export function isScoped(quota: ApiObject): boolean {
  return (
    array(at(quota, 'spec', 'scopes')).length > 0 ||
    array(at(quota, 'spec', 'scopeSelector', 'matchExpressions')).length > 0
  );
}
