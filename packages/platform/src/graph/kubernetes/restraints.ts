/**
 * What the API server refuses although RBAC allows it, as far as it can be decided: a quota of zero pods, and admission policies of the
 * exact shapes that Firebreak makes (the connector recognises them; anything else somebody may have written is not believed).
 *
 * What must stay true: a restraint takes a step away only from those who cannot lift it. Whoever may delete or change the quota, the
 * policy or its binding takes the step with that right too, so that it stays in the graph as a step with two holdings. Who holds the
 * whole cluster is left out of that: everything is within reach there already.
 *
 * Where several restraints hold the same thing, only the first is counted: lifting one is no more than lifting all.
 */
import {
  type Denial,
  type DerivedEdge,
  type Estate,
  type FactId,
  kubernetesId,
  type NodeGroup,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { cloudIdentitiesOf } from './credentials.ts';
import { podWishes } from './inventory.ts';
import { type Member, Population } from './populations.ts';
import { grantsIn, powerOf, type Right } from './powers.ts';
import { type Grant, grantAllows, grantFacts, holdsEverything, subjectId } from './rbac.ts';

export interface Restraint {
  readonly facts: readonly FactId[];
  /** Who may take it away, those who hold the whole cluster apart. */
  readonly lifters: readonly Grant[];
}

const admission = 'admissionregistration.k8s.io';
const lifting = ['delete', 'patch', 'update', 'deletecollection'] as const;
const podQuota = { group: '', resource: 'resourcequotas' } as const;

/** By namespace: a quota of zero over all of its pods. */
const freezes: (estate: Estate) => ReadonlyMap<string, Restraint> = perEstate((estate) => {
  const found = new Map<string, Restraint>();
  for (const { id, data } of estate.all('kubernetes.resource-quota')) {
    const { namespace, name } = data.metadata;
    const { hard, scopes, scoped } = data.spec;
    if (namespace === undefined || scoped || scopes.length > 0 || found.has(namespace)) continue;
    if (hard.pods !== '0' && hard['count/pods'] !== '0') continue;
    found.set(namespace, { facts: [id], lifters: liftersOf(estate, podQuota, namespace, name) });
  }
  return found;
});

interface Denied {
  readonly denial: Denial;
  readonly restraint: Restraint;
}

/** Denials that are enforced on everything: a policy of ours, and a binding without conditions. */
const denials: (estate: Estate) => readonly Denied[] = perEstate((estate) => {
  const found: Denied[] = [];
  for (const { id, data } of estate.all('kubernetes.admission-policy-binding')) {
    if (!data.enforced || !data.unconditional) continue;
    const policy = estate.get(
      'kubernetes.admission-policy',
      kubernetesId('ValidatingAdmissionPolicy', undefined, data.policyName),
    );
    if (policy?.data.denies === undefined) continue;
    const lifters = new Set([
      ...liftersOf(estate, { group: admission, resource: 'validatingadmissionpolicies' }, undefined, data.policyName),
      ...liftersOf(
        estate,
        { group: admission, resource: 'validatingadmissionpolicybindings' },
        undefined,
        data.metadata.name,
      ),
    ]);
    found.push({ denial: policy.data.denies, restraint: { facts: [policy.id, id], lifters: [...lifters] } });
  }
  return found;
});

function liftersOf(
  estate: Estate,
  { group, resource }: { readonly group: string; readonly resource: string },
  namespace: string | undefined,
  name: string,
): readonly Grant[] {
  return grantsIn(estate, {}).filter(
    (grant) =>
      !holdsCluster(grant) && lifting.some((verb) => grantAllows(grant, { verb, group, resource, namespace, name })),
  );
}

function holdsCluster(grant: Grant): boolean {
  return grant.namespace === undefined && holdsEverything(grant);
}

/** Whether a set could lift a freeze of the namespace by itself. */
export function liftsFreeze(grant: Grant, namespace: string): boolean {
  return lifting.some((verb) => grantAllows(grant, { verb, ...podQuota, namespace, name: 'firebreak-freeze' }));
}

/** Whether a set could lift a denial by itself. */
export function liftsDenials(grant: Grant): boolean {
  return ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].some((resource) =>
    lifting.some((verb) => grantAllows(grant, { verb, group: admission, resource })),
  );
}

/** Whether a denial could be lifted by somebody whom the cluster does not stand on anyway. */
export function foreignLifters(estate: Estate, namespace: string | undefined): readonly Grant[] {
  return grantsIn(estate, {}).filter(
    (grant) =>
      !holdsCluster(grant) &&
      !isControlPlane(grant) &&
      (namespace === undefined ? liftsDenials(grant) : liftsFreeze(grant, namespace)),
  );
}

/** Granted to nobody but the cluster's own components: its garbage collector may delete anything, quotas and policies too. */
function isControlPlane({ subjects, namespace }: Grant): boolean {
  return (
    subjects.length > 0 &&
    subjects.every((subject) =>
      /^kubernetes:(?:ServiceAccount\/kube-system\/|User\/system:(?!anonymous|serviceaccount)|Group\/system:masters$)/.test(
        subjectId(subject, namespace) ?? '',
      ),
    )
  );
}

export function isFrozenSomewhere(estate: Estate): boolean {
  return freezes(estate).size > 0;
}

export function freezeOf(estate: Estate, namespace: string): Restraint | undefined {
  return freezes(estate).get(namespace);
}

/** What of a new pod's wishes is out of reach, by node. */
const heldBack: (estate: Estate) => ReadonlyMap<NodeId, Restraint> = perEstate((estate) => {
  const held = new Map<NodeId, Restraint>();
  if (freezes(estate).size > 0)
    for (const { node, namespace } of podWishes(estate)) {
      const freeze = namespace === undefined ? undefined : freezes(estate).get(namespace);
      if (freeze !== undefined) held.set(node, freeze);
    }
  for (const { denial, restraint } of denials(estate)) {
    if (denial.deny !== 'account') continue;
    const account = kubernetesId('ServiceAccount', denial.namespace, denial.serviceAccount);
    const cloud = cloudIdentitiesOf(estate).get(account) ?? [];
    for (const node of [account, ...cloud.map(({ id }) => id)]) if (!held.has(node)) held.set(node, restraint);
  }
  return held;
});

const freeWishes = perEstate(
  (estate) =>
    new Population(
      'free-pod-wishes',
      'accounts, secrets and volume claims that a new pod is still given',
      [...podWishes(estate)].filter(({ node }) => !heldBack(estate).has(node)),
    ),
);

/** What is held back by one restraint, in a namespace or in all. */
const heldWishes: (estate: Estate) => ReadonlyMap<Restraint, Population> = perEstate((estate) => {
  const members = new Map<Restraint, Member[]>();
  for (const member of podWishes(estate)) {
    const restraint = heldBack(estate).get(member.node);
    if (restraint === undefined) continue;
    const known = members.get(restraint);
    if (known === undefined) members.set(restraint, [member]);
    else known.push(member);
  }
  return new Map(
    [...members].map(([restraint, list]) => [
      restraint,
      new Population(`pod-wishes-behind-${restraint.facts.join('+')}`, 'accounts, secrets and volume claims', list),
    ]),
  );
});

/** What the maker of new pods in a scope is given: freely, or together with the right to lift what is in the way. */
export interface Given {
  readonly to: NodeGroup;
  readonly with: readonly NodeId[];
  readonly facts: readonly FactId[];
}

/**
 * @param maker the permission set that makes the pods, if it is one: what it can lift by itself does not hold it.
 */
export function* wishesOfNewPods(estate: Estate, namespace: string | undefined, maker?: Grant): Generator<Given> {
  const open = (heldBack(estate).size === 0 ? podWishes : freeWishes)(estate).group(namespace);
  if (open !== undefined) yield { to: open, with: [], facts: [] };
  for (const [restraint, population] of heldWishes(estate)) {
    const to = population.group(namespace);
    if (to !== undefined) for (const way of waysPast(restraint, maker)) yield { to, ...way };
  }
}

/** A step that also needs what a way past a restraint needs. */
export function through(edge: DerivedEdge, way: Pick<Given, 'with' | 'facts'>): DerivedEdge {
  const also = [...(edge.with ?? []), ...way.with].filter((id) => id !== edge.from);
  return {
    ...edge,
    ...(also.length === 0 ? {} : { with: [...new Set(also)] }),
    facts: [...new Set([...edge.facts, ...way.facts])],
  };
}

/** The ways past a restraint: by the right of the maker itself, or with that of another set. */
export function* waysPast(
  restraint: Restraint,
  maker?: Grant,
): Generator<{ readonly with: readonly NodeId[]; readonly facts: readonly FactId[] }> {
  if (maker !== undefined && (holdsCluster(maker) || restraint.lifters.includes(maker))) {
    yield { with: [], facts: restraint.facts };
    return;
  }
  for (const lifter of restraint.lifters)
    yield { with: [lifter.id], facts: [...restraint.facts, ...grantFacts(lifter)] };
}

/** Verbs that admission is asked about. Reading is none of them, nor are impersonating, binding and the like. */
const changes: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Requests to these are connections, whatever the verb. */
const connections: ReadonlySet<string> = new Set([
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/proxy',
  'services/proxy',
  'nodes/proxy',
]);

/** Whether admission is asked about a right at all. */
function isChange(right: Pick<Right, 'verbs' | 'resource'>): boolean {
  return connections.has(right.resource) || right.verbs.every((verb) => changes.has(verb));
}

/**
 * What denies a right to everybody whom a set is granted to; undefined where somebody is left who may use it. One restraint stands
 * for all: lifting any of them gives the right back to somebody.
 */
export function deniedTo(estate: Estate, grant: Grant, right: Right): Restraint | undefined {
  const all = denials(estate);
  if (all.length === 0 || grant.subjects.length === 0 || !isChange(right)) return undefined;
  const found: Restraint[] = [];
  for (const subject of grant.subjects) {
    const id = subjectId(subject, grant.namespace);
    const denied = all.find(
      ({ denial }) =>
        denial.deny === 'writes' &&
        kubernetesId(denial.subject.kind, denial.subject.namespace, denial.subject.name) === id &&
        covers(denial, grant, right),
    );
    if (denied === undefined) return undefined;
    found.push(denied.restraint);
  }
  const lifters = new Set(found.flatMap((restraint) => restraint.lifters));
  return { facts: [...new Set(found.flatMap(({ facts }) => facts))], lifters: [...lifters] };
}

function covers(denial: Extract<Denial, { deny: 'writes' }>, grant: Grant, right: Right): boolean {
  if (denial.namespace !== undefined && denial.namespace !== grant.namespace) return false;
  if (denial.group !== '*' && denial.group !== right.group) return false;
  const [resource = '', subresource = ''] = right.resource.split('/', 2);
  return denial.resources.some((each) => {
    const [wanted = '', below = ''] = each.split('/', 2);
    return (wanted === '*' || wanted === resource) && (below === subresource || below === '*');
  });
}

/** A right of a set that one of our levers can deny: the one identity that has it, and cannot lift the denial. */
export function deniable(estate: Estate, grant: Grant, right: Right): NodeId | undefined {
  const [subject, ...others] = grant.subjects;
  if (subject === undefined || others.length > 0 || !isChange(right) || powerOf(grant, right) === undefined)
    return undefined;
  return deniedTo(estate, grant, right) === undefined ? subjectId(subject, grant.namespace) : undefined;
}
