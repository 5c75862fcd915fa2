/**
 * Who may create or change role bindings, and what that gives: the heart of ROLE_BIND.
 *
 * The API server lets somebody write a binding if they may `create` (or `update`/`patch`) bindings there and may `bind` the
 * role, or hold all its rules already (which gives nothing new, so it is no step). The `bind` check names the role and is
 * made in the binding's namespace: a right to bind ClusterRoles that was granted inside a namespace counts there
 * (pkg/registry/rbac/escalation_check.go, BindingAuthorized, v1.34).
 *
 * What must stay true:
 * - Whoever may bind *any* ClusterRole may bind `cluster-admin`, which every cluster has: cluster-wide that is
 *   cluster-admin, through a RoleBinding it is every right inside the namespace and no cluster-scoped one.
 * - A role that could be bound but is not gets a *virtual grant* named `role::(new binding)`, so that all rules about rights
 *   see it. Virtual grants are followed further: what can be bound may itself bind.
 * - The rights are needed in one request: they count together only when one identity holds them.
 */
import {
  clusterAdminId,
  type Estate,
  type FactId,
  kubernetesId,
  type NodeGroup,
  type NodeId,
  permissionSetId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { combinationsOf } from './combinations.ts';
import { podsOf } from './pods.ts';
import { Population } from './populations.ts';
import { allowedNames, type Grant, holdsEverything, rbacOf } from './rbac.ts';

interface Binding {
  readonly holder: NodeId;
  /** The permission sets that were put together to do it. */
  readonly grants: readonly Grant[];
  /** Of them, those that an identity as the holder needs. */
  readonly parts: readonly Grant[];
  readonly to: NodeId | NodeGroup;
  readonly note: string;
}

type Opened = Pick<Binding, 'to' | 'note'>;

export interface Bindable {
  readonly bindings: readonly Binding[];
  /** Permission sets that are not bound to anybody yet. */
  readonly grants: readonly Grant[];
}

const group = 'rbac.authorization.k8s.io';
/** Every namespace. No namespace has this name. */
const everywhere = '*';
const newBinding = '(new binding)';

export const bindableOf: (estate: Estate) => Bindable = perEstate((estate) => new Search(estate).run());

/** What some grants together allow, as keys: comparable, so that a union shows what no part can do alone. Names hold no tab. */
type Key = `cluster\t${string}` | `in\t${string}` | `edit\t${NodeId}`;

class Search {
  readonly #estate: Estate;
  readonly #virtual = new Map<NodeId, Grant>();
  readonly #queue: Grant[] = [];
  readonly #bindings: Binding[] = [];
  readonly #namespaces: readonly string[];

  constructor(estate: Estate) {
    this.#estate = estate;
    this.#namespaces = namespacesOf(estate);
  }

  run(): Bindable {
    const rbac = rbacOf(this.#estate);
    // Who holds every right of the cluster or of a namespace already has nothing to gain there.
    const useful = new Set(rbac.grants.filter((grant) => mayContribute(grant) && !holdsEverything(grant)));
    for (const grant of useful) this.#enter(grant.id, [grant], this.#keys([grant]));
    for (const { holder, grants, parts, keys } of combinationsOf(this.#estate, useful, (all) => this.#keys(all)))
      this.#enter(holder, grants, keys, parts);
    for (let grant = this.#queue.pop(); grant !== undefined; grant = this.#queue.pop()) {
      // Every right inside a namespace is the most that a namespace has to give.
      if (grant.role === 'cluster-admin') continue;
      if (mayContribute(grant)) this.#enter(grant.id, [grant], this.#keys([grant]));
    }
    return { bindings: this.#bindings, grants: [...this.#virtual.values()] };
  }

  /** What these grants allow together. */
  #keys(grants: readonly Grant[]): ReadonlySet<Key> {
    const keys = new Set<Key>();
    const bindClusterRoles = bindScopes(grants, 'clusterroles');
    const bindRoles = bindScopes(grants, 'roles');
    const inCluster = bindClusterRoles.get(everywhere);
    if (inCluster !== undefined && createScopes(grants, 'clusterrolebindings').has(everywhere)) {
      if (inCluster === 'any') keys.add('cluster\tany');
      else for (const name of inCluster) keys.add(`cluster\tClusterRole\t${name}`);
    }
    for (const made of createScopes(grants, 'rolebindings')) {
      for (const [scope, names] of bindClusterRoles) {
        const where = narrower(made, scope);
        if (where === undefined) continue;
        if (names === 'any') keys.add(`in\t${where}\tany`);
        else for (const name of names) keys.add(`in\t${where}\tClusterRole\t${name}`);
      }
      for (const [scope, names] of bindRoles) {
        const where = narrower(made, scope);
        if (where === undefined) continue;
        for (const role of this.#rolesIn(where, names)) keys.add(role);
      }
    }
    for (const grant of rbacOf(this.#estate).grants) if (mayEdit(grants, grant)) keys.add(`edit\t${grant.id}`);
    return withoutLesser(keys);
  }

  *#rolesIn(where: string, names: 'any' | ReadonlySet<string>): Generator<Key> {
    for (const { data } of this.#estate.all('kubernetes.role')) {
      const { name, namespace } = data.metadata;
      if (namespace === undefined || (where !== everywhere && namespace !== where)) continue;
      if (names === 'any' || names.has(name)) yield `in\t${namespace}\tRole\t${name}`;
    }
  }

  #enter(holder: NodeId, grants: readonly Grant[], keys: ReadonlySet<Key>, parts: readonly Grant[] = []): void {
    for (const key of keys) {
      for (const { to, note } of this.#opens(key, grants))
        if (to !== holder) this.#bindings.push({ holder, grants, parts, to, note });
    }
  }

  #opens(key: Key, grants: readonly Grant[]): readonly Opened[] {
    const [mode, ...rest] = key.split('\t');
    if (mode === 'edit') return [{ to: rest.join('\t'), note: 'changes the subjects of the binding' }];
    return mode === 'cluster' ? this.#inCluster(grants, rest) : this.#inNamespace(grants, rest);
  }

  #inCluster(grants: readonly Grant[], [kind, role]: readonly string[]): readonly Opened[] {
    if (kind === 'any' || role === 'cluster-admin') {
      const admin = { to: clusterAdminId, note: 'binds cluster-admin with a new ClusterRoleBinding' };
      const sets = clusterSetsOf(this.#estate).group();
      if (kind !== 'any' || sets === undefined) return [admin];
      return [admin, { to: sets, note: 'binds any ClusterRole with a new ClusterRoleBinding' }];
    }
    const to = this.#grant('ClusterRole', role ?? '', undefined, grants);
    return [{ to, note: `binds ClusterRole ${role} with a new ClusterRoleBinding` }];
  }

  #inNamespace(grants: readonly Grant[], [where = '', kind, name]: readonly string[]): readonly Opened[] {
    const roleKind = kind === 'Role' ? 'Role' : 'ClusterRole';
    const role = kind === 'any' ? 'cluster-admin' : (name ?? '');
    const note = `binds ${roleKind} ${role} with a new RoleBinding`;
    if (where !== everywhere) return [{ to: this.#grant(roleKind, role, where, grants), note }];
    const members = this.#namespaces.map((namespace) => {
      const node = this.#grant(roleKind, role, namespace, grants);
      return { node, namespace, name: role, facts: [] };
    });
    const to = new Population(`bound-${role}`, `namespaces' ${role} sets`, members).group();
    return to === undefined ? [] : [{ to, note }];
  }

  /** The permission set of a role in a scope: one that exists, or else a virtual one. */
  #grant(roleKind: 'Role' | 'ClusterRole', role: string, namespace: string | undefined, by: readonly Grant[]): NodeId {
    const exists = existingGrants(this.#estate).get(`${roleKind} ${namespace ?? ''} ${role}`);
    if (exists !== undefined) return exists.id;
    const id = permissionSetId(namespace, role, newBinding);
    if (this.#virtual.has(id)) return id;
    const roleFact = kubernetesId(roleKind, roleKind === 'Role' ? namespace : undefined, role);
    const grant: Grant = {
      ...rbacOf(this.#estate).role(roleKind, namespace, role),
      id,
      name: `${role}::${newBinding}`,
      role,
      roleKind,
      binding: newBinding,
      bindingKind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      namespace,
      subjects: [],
      bindingFact: by[0]?.bindingFact ?? roleFact,
    };
    this.#virtual.set(id, grant);
    this.#queue.push(grant);
    return id;
  }
}

/** Binding cluster-admin leaves nothing to bind in the same scope. */
function withoutLesser(keys: ReadonlySet<Key>): ReadonlySet<Key> {
  if (keys.has('cluster\tany')) return new Set(['cluster\tany']);
  const open = new Set([...keys].flatMap((key) => /^in\t([^\t]+)\tany$/.exec(key)?.[1] ?? []));
  if (open.size === 0) return keys;
  return new Set(
    [...keys].filter((key) => {
      const [mode, where = '', role] = key.split('\t');
      if (mode === 'cluster') return true;
      const namespace = mode === 'edit' ? (/^kubernetes:PermissionSet\/([^/]+)\//.exec(where)?.[1] ?? '') : where;
      if (mode === 'in' && role === 'any') return where === everywhere || !open.has(everywhere);
      return namespace === '' || !(open.has(namespace) || open.has(everywhere));
    }),
  );
}

/** The permission sets that count in the whole cluster. */
export const clusterSetsOf: (estate: Estate) => Population = perEstate((estate) => {
  const sets = rbacOf(estate).grants.filter((grant) => grant.namespace === undefined);
  return new Population('cluster-permission-sets', 'cluster-wide permission sets', sets.map(setMember));
});

/** The permission sets that count inside a namespace. */
export const namespacedSetsOf: (estate: Estate) => Population = perEstate((estate) => {
  const sets = rbacOf(estate).grants.filter((grant) => grant.namespace !== undefined);
  return new Population('namespaced-permission-sets', 'namespaced permission sets', sets.map(setMember));
});

function setMember(grant: Grant): {
  node: NodeId;
  namespace: string | undefined;
  name: string;
  facts: readonly FactId[];
} {
  return { node: grant.id, namespace: grant.namespace, name: grant.name, facts: [grant.bindingFact] };
}

const existingGrants = perEstate(
  (estate) =>
    new Map(rbacOf(estate).grants.map((grant) => [`${grant.roleKind} ${grant.namespace ?? ''} ${grant.role}`, grant])),
);

/** Every namespace that anything is in. */
export const namespacesOf: (estate: Estate) => readonly string[] = perEstate((estate) => {
  const names = new Set(estate.all('kubernetes.namespace').map((fact) => fact.data.metadata.name));
  for (const name of podsOf(estate).inNamespace.keys()) names.add(name);
  for (const kind of ['kubernetes.secret', 'kubernetes.service-account', 'kubernetes.workload'] as const)
    for (const fact of estate.all(kind))
      if (fact.data.metadata.namespace !== undefined) names.add(fact.data.metadata.namespace);
  return [...names];
});

function mayContribute(grant: Grant): boolean {
  const resources = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'];
  const verbs = ['bind', 'create', 'update', 'patch'];
  return resources.some((resource) =>
    verbs.some((verb) => allowedNames(grant, { verb, group, resource }) !== undefined),
  );
}

function createScopes(grants: readonly Grant[], resource: string): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const grant of grants)
    if (allowedNames(grant, { verb: 'create', group, resource }) === 'any') scopes.add(grant.namespace ?? everywhere);
  return scopes;
}

function bindScopes(grants: readonly Grant[], resource: string): ReadonlyMap<string, 'any' | ReadonlySet<string>> {
  const scopes = new Map<string, 'any' | Set<string>>();
  for (const grant of grants) {
    const names = allowedNames(grant, { verb: 'bind', group, resource });
    if (names === undefined) continue;
    const scope = grant.namespace ?? everywhere;
    const known = scopes.get(scope);
    if (known === 'any' || names === 'any') scopes.set(scope, 'any');
    else scopes.set(scope, new Set([...(known ?? []), ...names]));
  }
  return scopes;
}

function narrower(one: string, other: string): string | undefined {
  if (one === everywhere) return other;
  return other === everywhere || other === one ? one : undefined;
}

/** Whether the holder of `grants` may add subjects to the binding behind `target`, without a right to create one. */
function mayEdit(grants: readonly Grant[], target: Grant): boolean {
  const resource = target.namespace === undefined ? 'clusterrolebindings' : 'rolebindings';
  const roles = target.roleKind === 'Role' ? 'roles' : 'clusterroles';
  return (
    ['update', 'patch'].some((verb) => covers(grants, verb, resource, target.binding, target.namespace)) &&
    covers(grants, 'bind', roles, target.role, target.namespace)
  );
}

function covers(
  grants: readonly Grant[],
  verb: string,
  resource: string,
  name: string,
  namespace: string | undefined,
): boolean {
  return grants.some((grant) => {
    if (grant.namespace !== undefined && grant.namespace !== namespace) return false;
    const names = allowedNames(grant, { verb, group, resource });
    return names === 'any' || names?.includes(name) === true;
  });
}
