/**
 * Kubernetes: the rules of roles, held against audit events. What must stay true:
 *
 * - A grant is one role through one binding, and all its subjects share it. So a rule counts as used when any of them used it,
 *   and what is proposed for the grant is what all of them together used; a subject that used nothing of it is taken out instead.
 * - What was used is judged by the authorizer's own reading of the rule (graph/kubernetes/rbac.ts), wildcards and names included.
 * - A proposal never grants what the role did not: verbs and resources are those that were used, and names stay as they were.
 *   Rules for URLs that are no resources stay, since they are few and their use is rarely logged.
 * - A role that other bindings use too, or that Kubernetes or aggregation keeps, is not narrowed: the grant gets a role of its own.
 *   `roleRef` cannot be changed in place, so the binding is deleted and made again.
 * - Without a record of use nothing is proposed.
 */
import {
  type FactId,
  type NodeId,
  type NodeRef,
  nodeRef,
  type PolicyRule,
  type PrivilegeRow,
  type Subject,
} from '@firebreak/contract';
import { dump } from 'js-yaml';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { type Grant, rbacOf, ruleAllows, subjectId, type Wish } from '../../graph/kubernetes/rbac.ts';
import type { PrivilegeSystem, Sized } from './system.ts';
import { unifiedDiff } from './unified-diff.ts';
import type { RecordOfUse, Use } from './use.ts';

type Granted = PrivilegeRow['granted'][number];
type Proposal = PrivilegeRow['proposals'][number];

export const kubernetesPrivileges: PrivilegeSystem = {
  evidence: (_, given) =>
    given.map(({ source, from, to, events }) => ({
      source,
      events,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })),
  *sizes(graph, given) {
    const { namedIdentities, grants } = rbacOf(graph.estate);
    const uses = usesByIdentity(given);
    const bindingsOf = new Map<FactId, number>();
    for (const { roleFact } of grants)
      if (roleFact !== undefined) bindingsOf.set(roleFact, (bindingsOf.get(roleFact) ?? 0) + 1);
    const events = given.reduce((sum, record) => sum + record.events, 0);
    for (const [identity, held] of namedIdentities) {
      yield [identity, sizeOf({ graph, identity, held, uses, recorded: events > 0, bindingsOf })];
    }
  },
};

interface Question {
  readonly graph: AttackGraph;
  readonly identity: NodeId;
  readonly held: readonly Grant[];
  readonly uses: ReadonlyMap<NodeId, readonly Use[]>;
  /** Whether anything at all is on record. */
  readonly recorded: boolean;
  /** How many bindings use a role. */
  readonly bindingsOf: ReadonlyMap<FactId, number>;
}

function sizeOf(question: Question): Sized {
  const { identity, held, uses, recorded } = question;
  const own = uses.get(identity) ?? [];
  const granted = held.flatMap((grant) =>
    grant.rules.map((rule) => grantedRow(grant, rule, recorded ? own : undefined)),
  );
  if (!recorded)
    return { verdict: 'cannot-tell', why: 'No record of use was read: give the audit log.', granted, proposals: [] };
  const proposals = held.flatMap((grant) => proposalFor(grant, question) ?? []);
  const unused = granted.filter(({ used }) => used === 'unused').length;
  if (granted.length > 0 && unused === granted.length)
    return { verdict: 'unused', why: 'Nothing that it is granted was used in the time on record.', granted, proposals };
  const over = granted.filter(({ used }) => used !== 'used').length;
  if (over === 0) return { verdict: 'right-sized', why: 'All that it is granted was used.', granted, proposals };
  return {
    verdict: 'over-granted',
    why: `${over} of ${granted.length} rules were not or only partly used.`,
    granted,
    proposals,
  };
}

/** @param own what the identity did; undefined when nobody knows */
function grantedRow(grant: Grant, rule: PolicyRule, own: readonly Use[] | undefined): Granted {
  const where = grant.namespace === undefined ? 'in the whole cluster' : `in ${grant.namespace}`;
  const names = rule.resourceNames.length === 0 ? '' : ` named ${rule.resourceNames.join(', ')}`;
  const targets = rule.nonResourceURLs.length > 0 ? rule.nonResourceURLs.join(', ') : resourcesOf(rule);
  const row = {
    what: `${rule.verbs.join(', ')} ${targets}${names} ${where}`,
    object: grant.roleFact ?? grant.bindingFact,
  };
  if (own === undefined || rule.nonResourceURLs.length > 0) return { ...row, used: 'unknown' };
  const by = own.filter((use) => inScope(grant, use) && ruleAllows(rule, wishOf(use)));
  const last = by
    .map(({ at }) => at)
    .sort()
    .at(-1);
  if (last === undefined) return { ...row, used: 'unused' };
  return { ...row, used: wholly(rule, by) ? 'used' : 'partly', lastUsed: last };
}

/** Every verb on every resource; a wildcard is never wholly used. */
function wholly(rule: PolicyRule, uses: readonly Use[]): boolean {
  if ([...rule.verbs, ...rule.apiGroups, ...rule.resources].some((value) => value.includes('*'))) return false;
  return rule.verbs.every((verb) =>
    rule.resources.every((resource) => uses.some((use) => use.verb === verb && use.resource === resource)),
  );
}

function resourcesOf({ apiGroups, resources }: PolicyRule): string {
  const groups = apiGroups.filter((group) => group !== '');
  return groups.length === 0 ? resources.join(', ') : `${resources.join(', ')} (${groups.join(', ')})`;
}

function inScope(grant: Grant, use: Use): boolean {
  return grant.namespace === undefined || grant.namespace === use.namespace;
}

function wishOf({ verb, group, resource, namespace, name }: Use): Wish {
  return { verb, group, resource, namespace, name };
}

function proposalFor(grant: Grant, { graph, identity, uses, bindingsOf }: Question): Proposal | undefined {
  if (grant.rules.length === 0) return undefined;
  const did = (id: NodeId | undefined) =>
    (id === undefined ? [] : (uses.get(id) ?? [])).filter(
      (use) => inScope(grant, use) && grant.rules.some((rule) => ruleAllows(rule, wishOf(use))),
    );
  const subjects = grant.subjects.map((subject) => ({ subject, id: subjectId(subject, grant.namespace) }));
  const others = subjects.filter(({ id }) => id !== identity);
  const alsoHeldBy = refs(
    graph,
    others.map(({ id }) => id),
  );
  const own = did(identity);
  if (own.length === 0) return withoutSubject(grant, identity, subjects, alsoHeldBy);
  const all = subjects.flatMap(({ id }) => did(id));
  const rules = rulesFor(grant.rules, all);
  if (sameRules(rules, grant.rules)) return undefined;
  return narrowed(graph, grant, rules, bindingsOf, alsoHeldBy);
}

/** The subject goes; the whole binding when it was the only one. */
function withoutSubject(
  grant: Grant,
  identity: NodeId,
  subjects: readonly { readonly subject: Subject; readonly id: NodeId | undefined }[],
  alsoHeldBy: NodeRef[],
): Proposal {
  const left = subjects.filter(({ id }) => id !== identity).map(({ subject }) => subject);
  const before = yaml(bindingObject(grant, grant.role, grant.roleKind, grant.subjects));
  const after = left.length === 0 ? '' : yaml(bindingObject(grant, grant.role, grant.roleKind, left));
  return {
    object: grant.bindingFact,
    format: 'yaml',
    diff: unifiedDiff(grant.bindingFact, before, after),
    remove: left.length === 0,
    alsoHeldBy,
  };
}

function narrowed(
  graph: AttackGraph,
  grant: Grant,
  rules: readonly PolicyRule[],
  bindingsOf: ReadonlyMap<FactId, number>,
  alsoHeldBy: NodeRef[],
): Proposal {
  const { roleFact } = grant;
  const role = roleFact === undefined ? undefined : graph.estate.get('kubernetes.role', roleFact)?.data;
  const shared = roleFact !== undefined && (bindingsOf.get(roleFact) ?? 0) > 1;
  const kept = role?.metadata.labels['kubernetes.io/bootstrapping'] === 'rbac-defaults';
  if (roleFact !== undefined && role !== undefined && !shared && !kept && !grant.aggregates) {
    const object = (own: readonly PolicyRule[]) =>
      yaml(roleObject(grant.roleKind, role.metadata.name, role.metadata.namespace, own));
    return {
      object: roleFact,
      format: 'yaml',
      diff: unifiedDiff(roleFact, object(role.rules), object(rules)),
      remove: false,
      alsoHeldBy,
    };
  }
  const kind = grant.namespace === undefined ? 'ClusterRole' : 'Role';
  const name = `${grant.binding}-right-sized`;
  const before = yaml(bindingObject(grant, grant.role, grant.roleKind, grant.subjects));
  const after = `${yaml(roleObject(kind, name, grant.namespace, rules))}---\n${yaml(bindingObject(grant, name, kind, grant.subjects))}`;
  return {
    object: grant.bindingFact,
    format: 'yaml',
    diff: unifiedDiff(grant.bindingFact, before, after),
    remove: false,
    alsoHeldBy,
  };
}

/**
 * Rules that allow all that was used and nothing that the given rules do not: what was used, by the rule that allows it, gathered
 * by group, names and resource.
 */
export function rulesFor(given: readonly PolicyRule[], uses: readonly Use[]): PolicyRule[] {
  const found: PolicyRule[] = [];
  for (const rule of given) {
    if (rule.nonResourceURLs.length > 0) {
      found.push(rule);
      continue;
    }
    const byResource = new Map<string, { group: string; resource: string; verbs: Set<string>; names: Set<string> }>();
    for (const use of uses) {
      if (!ruleAllows(rule, wishOf(use)) || found.some((earlier) => ruleAllows(earlier, wishOf(use)))) continue;
      const key = `${use.group}\n${use.resource}`;
      const known = byResource.get(key) ?? {
        group: use.group,
        resource: use.resource,
        verbs: new Set(),
        names: new Set(),
      };
      known.verbs.add(use.verb);
      if (use.name !== undefined) known.names.add(use.name);
      byResource.set(key, known);
    }
    found.push(...joinedByVerbs(rule, [...byResource.values()]));
  }
  return found;
}

/** Resources of one group with the same verbs and names share a rule, as people write them. */
function joinedByVerbs(
  rule: PolicyRule,
  used: readonly { group: string; resource: string; verbs: ReadonlySet<string>; names: ReadonlySet<string> }[],
): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const { group, resource, verbs, names } of used) {
    const verbList = [...verbs].sort();
    const nameList = rule.resourceNames.length === 0 ? [] : rule.resourceNames.filter((name) => names.has(name));
    const key = JSON.stringify([group, verbList, nameList]);
    const known = joined.get(key);
    joined.set(key, {
      apiGroups: [group],
      resources: [...(known?.resources ?? []), resource].sort(),
      resourceNames: nameList,
      nonResourceURLs: [],
      verbs: verbList,
    });
  }
  return [...joined.values()];
}

function sameRules(one: readonly PolicyRule[], other: readonly PolicyRule[]): boolean {
  const parts = (rules: readonly PolicyRule[]) =>
    new Set(
      rules.flatMap(({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }) =>
        verbs.flatMap((verb) => [
          ...nonResourceURLs.map((url) => `${verb} ${url}`),
          ...apiGroups.flatMap((group) =>
            resources.map((resource) => `${verb} ${group}/${resource} ${[...resourceNames].sort().join(',')}`),
          ),
        ]),
      ),
    );
  const [a, b] = [parts(one), parts(other)];
  return a.size === b.size && [...a].every((part) => b.has(part));
}

function roleObject(kind: string, name: string, namespace: string | undefined, rules: readonly PolicyRule[]): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(namespace === undefined || kind === 'ClusterRole' ? {} : { namespace }) },
    rules: rules.map(({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }) => ({
      ...(apiGroups.length === 0 ? {} : { apiGroups }),
      ...(resources.length === 0 ? {} : { resources }),
      ...(resourceNames.length === 0 ? {} : { resourceNames }),
      ...(nonResourceURLs.length === 0 ? {} : { nonResourceURLs }),
      verbs,
    })),
  };
}

function bindingObject(grant: Grant, role: string, roleKind: string, subjects: readonly Subject[]): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: grant.bindingKind,
    metadata: { name: grant.binding, ...(grant.namespace === undefined ? {} : { namespace: grant.namespace }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: role },
    subjects: subjects.map(({ kind, apiGroup, name, namespace }) => ({
      kind,
      ...(apiGroup === undefined ? {} : { apiGroup }),
      name,
      ...(namespace === undefined ? {} : { namespace }),
    })),
  };
}

function yaml(object: object): string {
  return dump(object, { noRefs: true, lineWidth: -1 });
}

function usesByIdentity(given: readonly RecordOfUse[]): Map<NodeId, Use[]> {
  const all = new Map<NodeId, Use[]>();
  for (const { byIdentity } of given)
    for (const [identity, uses] of byIdentity) {
      const known = all.get(identity);
      if (known === undefined) all.set(identity, [...uses]);
      else for (const use of uses) known.push(use);
    }
  return all;
}

function refs(graph: AttackGraph, ids: readonly (NodeId | undefined)[]): NodeRef[] {
  return ids.flatMap((id) => {
    const number = id === undefined ? undefined : graph.indexOf.get(id);
    return number === undefined ? [] : [nodeRef(graph.nodeAt(number))];
  });
}
