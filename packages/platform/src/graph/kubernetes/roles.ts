/**
 * A role as its bindings see it: with what aggregation adds, and for files also the roles that every API server brings along,
 * which manifests bind and extend by label without defining them.
 */
import { type Estate, type FactId, kubernetesId, type PolicyRule } from '@firebreak/contract';
import { aggregatedRules } from './aggregation.ts';
import { aggregatedIntoBuiltin, builtinRoles } from './builtin-roles.ts';

export interface RoleView {
  readonly rules: readonly PolicyRule[];
  /** Undefined when the role is not in the estate: it then has no rules, unless it is one of `builtinRoles`. */
  readonly roleFact: FactId | undefined;
  /** It takes in the rules of every ClusterRole that carries certain labels. */
  readonly aggregates: boolean;
}

export interface Roles {
  /** @param namespace of the binding; a `Role` lies in it. */
  readonly role: (kind: string, namespace: string | undefined, name: string) => RoleView;
  /** ClusterRoles that aggregate each other in a circle. */
  readonly cycles: readonly FactId[];
}

export function rolesOf(estate: Estate): Roles {
  const { rulesOf, cycles } = aggregatedRules(estate);
  const extended = new Map<string, RoleView>();
  const builtin = (name: string): RoleView | undefined => {
    const own = Object.hasOwn(builtinRoles, name) ? builtinRoles[name] : undefined;
    if (own === undefined) return undefined;
    const labels = aggregatedIntoBuiltin(name);
    const more = estate
      .all('kubernetes.role')
      .filter(({ data }) => labels.some((label) => data.metadata.labels[label] === 'true'))
      .flatMap(({ id }) => rulesOf(id) ?? []);
    return { rules: [...own, ...more], roleFact: undefined, aggregates: labels.length > 0 };
  };
  return {
    cycles,
    role: (kind, namespace, name) => {
      const inCluster = kind === 'ClusterRole';
      const roleFact = kubernetesId(inCluster ? 'ClusterRole' : 'Role', inCluster ? undefined : namespace, name);
      // A ClusterRoleBinding cannot name a Role: the API server refuses it, a file may hold it; it grants nothing.
      const rules = !inCluster && namespace === undefined ? undefined : rulesOf(roleFact);
      if (rules !== undefined) {
        const selectors = estate.get('kubernetes.role', roleFact)?.data.aggregationRule?.clusterRoleSelectors ?? [];
        return { rules, roleFact, aggregates: selectors.length > 0 };
      }
      const known = inCluster ? (extended.get(name) ?? builtin(name)) : undefined;
      if (known === undefined) return { rules: [], roleFact: undefined, aggregates: false };
      extended.set(name, known);
      return known;
    },
  };
}
