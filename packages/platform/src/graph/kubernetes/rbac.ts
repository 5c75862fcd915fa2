/**
 * Effective Kubernetes RBAC, exactly as the API server's authorizer decides it
 * (k8s.io/kubernetes/pkg/registry/rbac/validation/rule.go and plugin/pkg/auth/authorizer/rbac/rbac.go, v1.34).
 *
 * What must stay true:
 * - A grant is one role through one binding. A RoleBinding to a ClusterRole grants inside the binding's namespace only, and
 *   cluster-scoped resources or nonResourceURLs in it grant nothing.
 * - `*` matches any verb, group or resource; `*` + `/sub` matches a subresource of any resource; `pods` does not match `pods/exec`.
 * - `resourceNames` restrict to names, and therefore never allow `create`, `list`, `watch` or `deletecollection` by plain
 *   name (list and watch can by field selector: an attacker may do so, hence allowed), as the name is unknown at create.
 * - Aggregated ClusterRoles take the rules of the roles that their selectors match, transitively and once each.
 */
import {
  type Estate,
  type Fact,
  type FactId,
  kubernetesId,
  kubernetesUserId,
  type NodeId,
  type PolicyRule,
  permissionSetId,
  type Subject,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type Roles, type RoleView, rolesOf } from './roles.ts';

/** One role granted through one binding. */
export interface Grant extends RoleView {
  /** Node id of the permission set. */
  readonly id: NodeId;
  readonly name: string;
  readonly role: string;
  readonly roleKind: string;
  readonly binding: string;
  readonly bindingKind: 'RoleBinding' | 'ClusterRoleBinding';
  /** The namespace inside which it grants; undefined for the whole cluster. */
  readonly namespace: string | undefined;
  readonly subjects: readonly Subject[];
  readonly bindingFact: FactId;
}

/** What somebody wants to do. Leave `name` out to ask about any name; `namespace` undefined means cluster scope. */
export interface Wish {
  readonly verb: string;
  readonly group: string;
  /** `pods` or `pods/exec` */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export interface Rbac {
  readonly grants: readonly Grant[];
  /** Node id of an identity (ServiceAccount, User, Group) → its grants, group membership of service accounts included. */
  readonly grantsOf: (identity: NodeId) => readonly Grant[];
  /** Every identity node id that a binding names, with one binding fact for it. */
  readonly namedIdentities: ReadonlyMap<NodeId, readonly Grant[]>;
  /** By node id of the permission set. */
  readonly grant: (id: NodeId) => Grant | undefined;
  readonly role: Roles['role'];
  /** ClusterRoles that aggregate each other in a circle, for a remark (`FB-K8S-AGGREGATION-CYCLE`). */
  readonly aggregationCycles: readonly FactId[];
}

const userPrefix = 'kubernetes:User/';

export const rbacOf: (estate: Estate) => Rbac = perEstate(buildRbac);

/** The facts that a permission set stands on. */
export function grantFacts(grant: Grant): readonly FactId[] {
  return grant.roleFact === undefined ? [grant.bindingFact] : [grant.bindingFact, grant.roleFact];
}

/** Whether a single rule allows a wish, scope aside. */
export function ruleAllows(rule: PolicyRule, wish: Wish): boolean {
  return (
    has(rule.verbs, wish.verb) &&
    has(rule.apiGroups, wish.group) &&
    resourceMatches(rule.resources, wish.resource) &&
    nameMatches(rule.resourceNames, wish)
  );
}

/** Whether a grant allows a wish, scope included. */
export function grantAllows(grant: Grant, wish: Wish): boolean {
  if (grant.namespace !== undefined && grant.namespace !== wish.namespace) return false;
  return grant.rules.some((rule) => ruleAllows(rule, wish));
}

/** Whether a grant allows everything in its scope. */
export function holdsEverything(grant: Grant): boolean {
  return grantAllows(grant, { verb: '*', group: '*', resource: '*', namespace: grant.namespace });
}

/**
 * The object names that a grant allows a wish for: `any`, a list (resourceNames), or undefined when it does not allow it
 * at all. Ask without `name`; namespace is the grant's own affair here (see `grant.namespace`).
 */
export function allowedNames(
  grant: Grant,
  wish: Omit<Wish, 'name' | 'namespace'>,
): 'any' | readonly string[] | undefined {
  const names = new Set<string>();
  let matched = false;
  for (const rule of grant.rules) {
    if (!has(rule.verbs, wish.verb) || !has(rule.apiGroups, wish.group)) continue;
    if (!resourceMatches(rule.resources, wish.resource)) continue;
    if (rule.resourceNames.length === 0) return 'any';
    if (wish.verb === 'create' || wish.verb === 'deletecollection') {
      // A subresource request (pods/exec, serviceaccounts/token) carries the name in its path, a plain create does not.
      if (!wish.resource.includes('/')) continue;
    }
    matched = true;
    for (const name of rule.resourceNames) names.add(name);
  }
  return matched ? [...names] : undefined;
}

/** Node id of a binding's subject, or undefined when it is of an unknown kind or incomplete. */
export function subjectId(subject: Subject, bindingNamespace: string | undefined): NodeId | undefined {
  if (subject.kind === 'User') return kubernetesUserId(subject.name);
  if (subject.kind === 'Group') return kubernetesId('Group', undefined, subject.name);
  if (subject.kind === 'ServiceAccount') {
    const namespace = subject.namespace ?? bindingNamespace;
    return namespace === undefined ? undefined : kubernetesId('ServiceAccount', namespace, subject.name);
  }
  return undefined;
}

/** The groups that the API server puts every token of a service account into. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

/** The groups of a user as far as the name alone tells: certificates and tokens of others may carry more. */
export function userGroups(name: string): readonly string[] {
  if (name === 'system:anonymous') return ['system:unauthenticated'];
  return name.startsWith('system:node:') ? ['system:nodes', 'system:authenticated'] : ['system:authenticated'];
}

function has(values: readonly string[], wanted: string): boolean {
  return values.includes('*') || values.includes(wanted);
}

function resourceMatches(resources: readonly string[], wanted: string): boolean {
  if (resources.includes('*') || resources.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash !== -1 && resources.includes(`*/${wanted.slice(slash + 1)}`);
}

function nameMatches(names: readonly string[], wish: Wish): boolean {
  if (names.length === 0) return true;
  return wish.name !== undefined && names.includes(wish.name);
}

function buildRbac(estate: Estate): Rbac {
  const { role, cycles } = rolesOf(estate);
  const grants: Grant[] = [];
  const byIdentity = new Map<NodeId, Grant[]>();
  for (const fact of estate.all('kubernetes.role-binding')) {
    const grant = grantOf(fact, role);
    grants.push(grant);
    for (const subject of grant.subjects) {
      const id = subjectId(subject, grant.namespace);
      if (id === undefined) continue;
      const known = byIdentity.get(id);
      if (known === undefined) byIdentity.set(id, [grant]);
      else if (known.at(-1) !== grant) known.push(grant);
    }
  }
  const byId = new Map(grants.map((grant) => [grant.id, grant]));
  return {
    grants,
    namedIdentities: byIdentity,
    grant: (id) => byId.get(id),
    role,
    aggregationCycles: cycles,
    grantsOf: (id) => grantsOfIdentity(id, byIdentity),
  };
}

function grantsOfIdentity(id: NodeId, byIdentity: ReadonlyMap<NodeId, readonly Grant[]>): readonly Grant[] {
  const own = byIdentity.get(id) ?? [];
  const match = /^kubernetes:ServiceAccount\/([^/]+)\//.exec(id);
  const groups =
    match?.[1] !== undefined
      ? serviceAccountGroups(match[1])
      : id.startsWith(userPrefix)
        ? userGroups(id.slice(userPrefix.length))
        : [];
  const all = new Set(own);
  for (const group of groups)
    for (const grant of byIdentity.get(kubernetesId('Group', undefined, group)) ?? []) all.add(grant);
  return [...all];
}

function grantOf(fact: Fact<'kubernetes.role-binding'>, role: Roles['role']): Grant {
  const { metadata, roleRef, subjects } = fact.data;
  const namespace = metadata.namespace;
  return {
    ...role(roleRef.kind, namespace, roleRef.name),
    id: permissionSetId(namespace, roleRef.name, metadata.name),
    name: `${roleRef.name}::${metadata.name}`,
    role: roleRef.name,
    roleKind: roleRef.kind,
    binding: metadata.name,
    bindingKind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    namespace,
    subjects,
    bindingFact: fact.id,
  };
}
