import {
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type Lever,
  type LiveEdge,
  namespaceOfId,
} from '@firebreak/contract';
import { admitsHostAccess, openNamespaces } from '../../kubernetes/admission.ts';
import { hosts } from '../../kubernetes/inventory.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { podMakers } from '../../kubernetes/pod-makers.ts';
import { type Grant, grantFacts, rbacOf } from '../../kubernetes/rbac.ts';
import { freeze } from '../../kubernetes/restraining.ts';
import { freezeOf, isFrozenSomewhere, liftsFreeze, through, waysPast } from '../../kubernetes/restraints.ts';

/**
 * From whatever makes pods, unless the namespace enforces the Pod Security level baseline or restricted. `nodeName` in a pod
 * passes the scheduler by, so that taints and cordons do not hold it off. KubeHound has it as POD_CREATE.
 */
export default {
  label: 'POD_PLACEMENT',
  from: ['PermissionSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Namespace'],
  to: ['Node'],
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.namespace', 'kubernetes.node', 'kubernetes.workload'],
  techniques: ['T1610', 'T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Runs a privileged pod on a node of its choice and steps onto the node.',
    why: 'The right to make pods includes privileged ones where admission does not refuse them.',
    cut: 'Take the identity out of the binding, freeze the namespace, or let the namespace enforce the Pod Security level baseline.',
  },
  severedBy: ['kubernetes.freeze-namespace'],
  derive,
  levers,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const to = hosts(estate).group();
  if (to === undefined || options.convention === 'kubehound') return;
  for (const { grant, namespace } of podMakers(estate, options))
    if (admitsHostAccess(estate, { namespace }))
      yield* unlessFrozen(estate, { from: grant.id, to, facts: grantFacts(grant) }, namespace, grant);
  for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.model-workload')]) {
    const namespace = fact.data.metadata.namespace ?? 'default';
    if (admitsHostAccess(estate, { namespace }))
      yield* unlessFrozen(estate, { from: fact.id, to, facts: [fact.id] }, namespace);
  }
  for (const fact of estate.all('kubernetes.namespace')) {
    if (admitsHostAccess(estate, { namespace: fact.data.metadata.name })) yield { from: fact.id, to, facts: [fact.id] };
  }
}

/** In the whole cluster one namespace is enough that admits such pods and is not frozen. */
function* unlessFrozen(
  estate: Estate,
  edge: DerivedEdge,
  namespace: string | undefined,
  maker?: Grant,
): Generator<DerivedEdge> {
  const frozen = isFrozenSomewhere(estate)
    ? (namespace === undefined ? openNamespaces(estate) : [namespace]).map((name) => freezeOf(estate, name))
    : [];
  if (frozen.length === 0 || frozen.includes(undefined)) yield edge;
  else
    for (const restraint of frozen)
      if (restraint !== undefined) for (const way of waysPast(restraint, maker)) yield through(edge, way);
}

function levers(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const maker = rbacOf(estate).grant(edge.from);
  const namespace = maker === undefined ? namespaceOfId(edge.from) : maker.namespace;
  // Who holds the namespace itself may do more than make pods in it.
  if (namespace === undefined || edge.with.length > 0 || edge.from.startsWith('kubernetes:Namespace/')) return [];
  return maker !== undefined && liftsFreeze(maker, namespace) ? [] : freeze(estate, namespace);
}
