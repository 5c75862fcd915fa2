/**
 * ClusterRole aggregation: the controller stores in a role the union of the rules of all roles that its selectors match. Over
 * files nothing was stored yet, so selection is followed transitively: a role has the rules of every role that it reaches.
 *
 * What must stay true: a thousand roles that all select each other, each by a selector of its own, stay cheap. So circles are
 * found once (Tarjan's strongly connected components, iterative: chains may be longer than the call stack), and each circle's
 * union is computed once, from the unions of the circles that it leads to.
 */
import type { Estate, Fact, FactId, PolicyRule } from '@firebreak/contract';
import { selectorMatches } from './selectors.ts';

type RoleFact = Fact<'kubernetes.role'>;

export interface Aggregation {
  /** All rules of a role, own and aggregated; undefined for a role that is not in the estate. */
  readonly rulesOf: (role: FactId) => readonly PolicyRule[] | undefined;
  /** Roles that aggregate each other in a circle. */
  readonly cycles: readonly FactId[];
}

export function aggregatedRules(estate: Estate): Aggregation {
  const clusterRoles = estate.all('kubernetes.role').filter((fact) => fact.data.metadata.namespace === undefined);
  const selects = (role: RoleFact): readonly RoleFact[] => {
    const selectors = role.data.aggregationRule?.clusterRoleSelectors ?? [];
    if (selectors.length === 0) return [];
    return clusterRoles.filter(
      (other) => other !== role && selectors.some((selector) => selectorMatches(selector, other.data.metadata.labels)),
    );
  };
  const unions = new Map<FactId, readonly PolicyRule[]>();
  const cycles: FactId[] = [];
  for (const circle of componentsOf(clusterRoles, selects)) {
    const union = new Set(circle.flatMap((role) => role.data.rules));
    // What a circle leads to comes before it, so its unions are known.
    for (const role of circle)
      for (const other of selects(role)) for (const rule of unions.get(other.id) ?? []) union.add(rule);
    const rules = [...union];
    for (const role of circle) unions.set(role.id, rules);
    if (circle.length > 1) cycles.push(...circle.map((role) => role.id));
  }
  return { cycles, rulesOf: (id) => unions.get(id) ?? estate.get('kubernetes.role', id)?.data.rules };
}

/** Strongly connected components, each after all that it leads to. */
function componentsOf(
  roles: readonly RoleFact[],
  next: (role: RoleFact) => readonly RoleFact[],
): readonly (readonly RoleFact[])[] {
  const order = new Map<RoleFact, number>();
  const low = new Map<RoleFact, number>();
  const open: RoleFact[] = [];
  const isOpen = new Set<RoleFact>();
  const components: RoleFact[][] = [];
  const enter = (role: RoleFact): { role: RoleFact; rest: Iterator<RoleFact> } => {
    order.set(role, order.size);
    low.set(role, order.size - 1);
    open.push(role);
    isOpen.add(role);
    return { role, rest: next(role)[Symbol.iterator]() };
  };
  const lower = (role: RoleFact, to: number): void => {
    low.set(role, Math.min(low.get(role) ?? to, to));
  };
  for (const start of roles) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { role, rest } = frame;
      const step = rest.next();
      if (step.done !== true) {
        if (!order.has(step.value)) path.push(enter(step.value));
        else if (isOpen.has(step.value)) lower(role, order.get(step.value) ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.role, low.get(role) ?? 0);
      if (low.get(role) !== order.get(role)) continue;
      const component = open.splice(open.indexOf(role));
      for (const member of component) isOpen.delete(member);
      components.push(component);
    }
  }
  return components;
}
