import type { DerivedEdge, EdgeRule, Estate, LiveEdge } from '@firebreak/contract';
import { bindableOf, clusterSetsOf, namespacedSetsOf } from '../../kubernetes/bindable.ts';
import { ownSets, stripFrom } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { allowedNames, type Grant, grantFacts, rbacOf } from '../../kubernetes/rbac.ts';

/**
 * What can be bound and where is decided in `bindable.ts`. KubeHound draws the step to the permission sets that exist: from a
 * cluster-wide set that creates any kind of binding and binds cluster roles to every cluster-wide set, from one that creates
 * role bindings and binds roles to every namespaced set, and likewise from a namespaced one to all others of its kind.
 */
export default {
  label: 'ROLE_BIND',
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['PermissionSet', 'Privilege'],
  needs: rightsNeeds,
  techniques: ['T1098.006', 'T1078'],
  traverse: 'instant',
  explain: {
    what: 'Binds a role to itself.',
    why: 'The rights allow to write bindings and to bind this role.',
    cut: 'Take the identity out of the binding that allows it.',
  },
  aka: { kubehound: 'ROLE_BIND' },
  severedBy: ['kubernetes.strip-subject'],
  derive: (estate, options) => (options.convention === 'kubehound' ? byConvention(estate) : derive(estate)),
  levers: (edge: LiveEdge, estate: Estate) => stripFrom(edge, estate, [ownSets(edge, estate)]),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { holder, grants, parts, to, note } of bindableOf(estate).bindings) {
    const facts = [...new Set(grants.flatMap(grantFacts))];
    yield { from: holder, with: parts.map(({ id }) => id), to, facts, note };
  }
}

function* byConvention(estate: Estate): Generator<DerivedEdge> {
  const [inCluster, inNamespaces] = [clusterSetsOf(estate), namespacedSetsOf(estate)];
  for (const grant of rbacOf(estate).grants) {
    const facts = grantFacts(grant);
    const createsRoleBindings = may(grant, 'create', 'rolebindings');
    const cluster = inCluster.group();
    const namespaced = inNamespaces.group();
    if (grant.namespace !== undefined) {
      if (!createsRoleBindings || !may(grant, 'bind', 'roles')) continue;
      for (const { node } of inNamespaces) if (node !== grant.id) yield { from: grant.id, to: node, facts };
      continue;
    }
    const createsAny = createsRoleBindings || may(grant, 'create', 'clusterrolebindings');
    if (cluster !== undefined && createsAny && may(grant, 'bind', 'clusterroles'))
      yield { from: grant.id, to: cluster, facts };
    if (namespaced !== undefined && createsRoleBindings && may(grant, 'bind', 'roles'))
      yield { from: grant.id, to: namespaced, facts };
  }
}

function may(grant: Grant, verb: string, resource: string): boolean {
  return allowedNames(grant, { verb, group: 'rbac.authorization.k8s.io', resource }) === 'any';
}
