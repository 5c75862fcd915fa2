/**
 * Who may rewrite a role that is bound to them, or to somebody else that they hold: ROLE_ESCALATE.
 *
 * The API server lets somebody write a role only up to what they hold already, unless they may `escalate` it; both rights
 * name the role and are asked in one request (pkg/registry/rbac/clusterrole/policybased/storage.go, v1.34). What must stay
 * true:
 * - A ClusterRole can be rewritten only with cluster-wide rights; one that is bound by a RoleBinding then gives every right
 *   of that namespace, no more.
 * - An aggregated ClusterRole takes in whatever carries its labels: who may create ClusterRoles and escalate them (a create
 *   names none, so the right must not be limited to names) rewrites it by adding to it.
 * - Rewriting a role gives something only to those to whom it is bound: the step needs that permission set as well.
 * - Who already holds every right in its scope is left out: there is nothing to gain.
 */
import { clusterAdminId, type Estate, type FactId, type NodeId, permissionSetId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { bindableOf } from './bindable.ts';
import { builtinRoles } from './builtin-roles.ts';
import { combinationsOf } from './combinations.ts';
import { allowedNames, type Grant, grantAllows, grantFacts, holdsEverything, rbacOf } from './rbac.ts';

export interface Escalation {
  readonly holder: NodeId;
  /** The permission set whose role is rewritten: whoever takes the step needs it as well. */
  readonly target: Grant;
  /** The permission sets that an identity as the holder needs. */
  readonly parts: readonly Grant[];
  readonly to: NodeId;
  readonly facts: readonly FactId[];
  readonly note: string;
}

const group = 'rbac.authorization.k8s.io';
const anyRight = '(any right)';

export interface Escalations {
  readonly steps: readonly Escalation[];
  /** Permission sets after their role was rewritten, one per namespace. */
  readonly grants: readonly Grant[];
}

export const escalationsOf: (estate: Estate) => Escalations = perEstate((estate) => {
  const rbac = rbacOf(estate);
  const grants = [...rbac.grants, ...bindableOf(estate).grants].filter((grant) => !holdsEverything(grant));
  const useful = new Set(grants.filter(mayContribute));
  const rewritten = new Map<string, Grant>();
  const steps: Escalation[] = [];
  const targetsOf = (by: readonly Grant[]) => new Set(grants.filter((target) => rewrites(by, target)));
  const enter = (holder: NodeId, by: readonly Grant[], targets: ReadonlySet<Grant>, parts: readonly Grant[]): void => {
    // Once a permission set that it stands on anyway reaches as far, others add nothing.
    const best = by.filter((grant) => targets.has(grant));
    for (const target of best.length > 0 ? best : targets) {
      const to = target.namespace === undefined ? clusterAdminId : rewrittenSet(target, rewritten).id;
      const facts = [...new Set([...by.flatMap(grantFacts), ...grantFacts(target)])];
      steps.push({ holder, target, parts, to, facts, note: `escalate ${target.roleKind} ${target.role}` });
    }
  };
  for (const grant of useful) enter(grant.id, [grant], targetsOf([grant]), []);
  for (const combined of combinationsOf(estate, useful, targetsOf))
    enter(combined.holder, combined.grants, combined.keys, combined.parts);
  return { steps, grants: [...rewritten.values()] };
});

/** Whether one identity with these permission sets may write this role's rules as it likes. */
function rewrites(grants: readonly Grant[], target: Grant): boolean {
  const resource = target.roleKind === 'Role' ? 'roles' : 'clusterroles';
  const scope = target.roleKind === 'Role' ? target.namespace : undefined;
  const may = (verb: string): boolean =>
    grants.some((grant) => grantAllows(grant, { verb, group, resource, namespace: scope, name: target.role }));
  if (may('escalate') && (may('update') || may('patch'))) return true;
  const mayAny = (verb: string): boolean => grants.some((grant) => grantAllows(grant, { verb, group, resource }));
  return target.aggregates && mayAny('escalate') && mayAny('create');
}

function mayContribute(grant: Grant): boolean {
  return ['clusterroles', 'roles'].some((resource) =>
    ['escalate', 'update', 'patch', 'create'].some(
      (verb) => allowedNames(grant, { verb, group, resource }) !== undefined,
    ),
  );
}

function rewrittenSet(target: Grant, known: Map<string, Grant>): Grant {
  const namespace = target.namespace ?? '';
  const exists = known.get(namespace);
  if (exists !== undefined) return exists;
  const grant: Grant = {
    ...target,
    id: permissionSetId(namespace, anyRight, '(rewritten role)'),
    name: `${anyRight}::(rewritten role)`,
    role: anyRight,
    binding: '(rewritten role)',
    rules: builtinRoles['cluster-admin'] ?? [],
    subjects: [],
  };
  known.set(namespace, grant);
  return grant;
}
