/**
 * The ClusterRole that Firebreak needs: for reading, and for the actions that it may carry out, as YAML ready to apply.
 */
import type { AnyAction } from '@firebreak/contract';
import { dump } from 'js-yaml';
import { readingsOf } from './collect.ts';
import { knownResources } from './resources.ts';

const header = `# What Firebreak needs in this cluster. Bind it to the account that Firebreak uses.
# Kinds of custom resources that are not named here stay out of the inventory, and are reported as gaps: add their groups
# with the verb list to include them.
`;

/** `wanted`: ids of actions; an unknown id needs nothing. With none, the role reads and does nothing else. */
export function permissionsYaml(wanted: readonly string[], actions: readonly AnyAction[]): string {
  const verbs = new Map<string, Set<string>>();
  const need = (group: string, resource: string, verb: string) => {
    const key = `${group}|${resource}`;
    let known = verbs.get(key);
    if (known === undefined) {
      known = new Set();
      verbs.set(key, known);
    }
    known.add(verb);
  };
  // Of what is inventory only the definitions are asked about: which operators there are.
  for (const { resource, fact } of readingsOf(knownResources))
    if (fact !== 'kubernetes.custom-resource' || resource.plural === 'customresourcedefinitions')
      for (const verb of ['get', 'list', 'watch']) need(resource.group, resource.plural, verb);
  for (const action of actions)
    if (wanted.includes(action.id)) for (const permission of action.permissions) needs(permission, need);
  return header + dump(roleOf(verbs), { lineWidth: 120, noRefs: true });
}

/** `patch apps/deployments`, `create core/serviceaccounts/token`: verb, group, resource with its subresource. */
function needs(permission: string, need: (group: string, resource: string, verb: string) => void): void {
  const match = /^(\S+) ([^/\s]+)\/(\S+)$/.exec(permission);
  if (match === null) throw new Error(`not a permission: ${permission}`);
  const [, verb = '', group = '', resource = ''] = match;
  need(group === 'core' ? '' : group, resource, verb);
}

/** One rule for all resources of a group that need the same verbs. */
function roleOf(verbs: ReadonlyMap<string, ReadonlySet<string>>): unknown {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  for (const [key, wanted] of [...verbs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [group = '', resource = ''] = key.split('|');
    const list = [...wanted].sort();
    const ruleKey = `${group}|${list.join()}`;
    const rule = rules.get(ruleKey);
    if (rule === undefined) rules.set(ruleKey, { apiGroups: [group], resources: [resource], verbs: list });
    else rule.resources.push(resource);
  }
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'firebreak' },
    rules: [...rules.values()],
  };
}
