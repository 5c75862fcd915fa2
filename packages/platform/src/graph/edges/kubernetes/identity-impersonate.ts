import {
  clusterAdminId,
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type LiveEdge,
  type NodeGroup,
  type NodeId,
} from '@firebreak/contract';
import { mastersId } from '../../kubernetes/identities.ts';
import { groups, serviceAccounts, users } from '../../kubernetes/inventory.ts';
import { ownSets, stripFrom } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { holders, powerOf } from '../../kubernetes/powers.ts';
import type { Grant } from '../../kubernetes/rbac.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

/**
 * As the server checks it (apiserver/pkg/endpoints/filters/impersonation.go): users and groups are cluster-scoped, so a
 * namespaced role over them grants nothing; a service account's name asks for `serviceaccounts` in its namespace, never for
 * `users`; groups are refused unless some user is impersonated in the same request, so both rights must be one identity's.
 */
export default {
  label: 'IDENTITY_IMPERSONATE',
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['ServiceAccount', 'User', 'Group', 'Privilege'],
  needs: rightsNeeds,
  techniques: ['T1078', 'T1548'],
  traverse: 'instant',
  explain: {
    what: 'Acts as another identity by naming it in the request.',
    why: 'The role allows to impersonate it.',
    cut: 'Take the identity out of the binding.',
  },
  aka: { kubehound: 'IDENTITY_IMPERSONATE' },
  severedBy: ['kubernetes.strip-subject'],
  derive,
  levers: (edge: LiveEdge, estate: Estate) => stripFrom(edge, estate, [ownSets(edge, estate)]),
} satisfies EdgeRule;

const verbs = ['impersonate'];
const rightTo = {
  serviceAccounts: { verbs, group: '', resource: 'serviceaccounts' },
  users: { verbs, group: '', resource: 'users', clusterScoped: true },
  groups: { verbs, group: '', resource: 'groups', clusterScoped: true },
};
/** No group is named so: the server refuses control characters in headers. */
const any = '\t';

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  yield* rightEdges(estate, options, rightTo.serviceAccounts, serviceAccounts);
  yield* rightEdges(estate, options, rightTo.users, users);
  if (options.convention === 'kubehound') {
    yield* rightEdges(estate, options, rightTo.groups, groups);
    return;
  }
  for (const holder of holders(estate, options, mayContribute, groupKeys))
    for (const to of groupTargets(estate, holder.keys))
      yield { from: holder.id, with: holder.parts, to, facts: holder.facts, note: 'impersonate groups' };
}

function groupTargets(estate: Estate, keys: ReadonlySet<string>): readonly (NodeId | NodeGroup)[] {
  if (keys.size === 0) return [];
  const names = keys.has(any) ? 'any' : [...keys];
  const reached = groups(estate).within({ namespace: undefined, names });
  // `system:masters` is above authorization whether or not anything names it.
  return names === 'any' || names.includes('system:masters')
    ? [clusterAdminId, ...reached.filter((it) => it !== mastersId)]
    : reached;
}

function groupKeys(grants: readonly Grant[]): ReadonlySet<string> {
  const someone = grants.some(
    (grant) => powerOf(grant, rightTo.users) !== undefined || powerOf(grant, rightTo.serviceAccounts) !== undefined,
  );
  const keys = new Set<string>();
  if (!someone) return keys;
  for (const grant of grants) {
    const power = powerOf(grant, rightTo.groups);
    if (power !== undefined) for (const name of power.names === 'any' ? [any] : power.names) keys.add(name);
  }
  return keys;
}

function mayContribute(grant: Grant): boolean {
  return Object.values(rightTo).some((right) => powerOf(grant, right) !== undefined);
}
