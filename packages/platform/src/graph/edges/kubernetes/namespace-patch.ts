import {
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type FactId,
  kubernetesId,
} from '@firebreak/contract';
import { admitsHostAccess, byAdmission } from '../../kubernetes/admission.ts';
import { hosts } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { podMakers } from '../../kubernetes/pod-makers.ts';
import { type Power, powers } from '../../kubernetes/powers.ts';
import { type Grant, grantFacts } from '../../kubernetes/rbac.ts';

/**
 * Two rights, used in two requests: change the labels of a namespace that refuses host access, or make one that does not,
 * and make a pod in it. A role inside the namespace is enough to patch it, because the server files a request for a namespace
 * under that namespace; to make a pod in a new one takes a cluster-wide right.
 */
export default {
  label: 'NAMESPACE_PATCH',
  from: ['PermissionSet'],
  to: ['Node'],
  needs: [...rightsNeeds, 'kubernetes.namespace', 'kubernetes.node'],
  techniques: ['T1562', 'T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Lifts Pod Security from a namespace, or makes one without it, then runs a privileged pod in it.',
    why: 'Admission goes by a label of the namespace, and the rights allow to choose it.',
    cut: 'Take the identity out of the binding that allows to patch or create namespaces.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const to = hosts(estate).group();
  const shut = [...byAdmission(estate).shut];
  if (to === undefined || shut.length === 0) return;
  // Who may make privileged pods elsewhere needs no label changed.
  const [placers, makers] = [new Set<Grant>(), [] as Power[]];
  for (const maker of podMakers(estate, options)) {
    if (admitsHostAccess(estate, maker)) placers.add(maker.grant);
    else makers.push(maker);
  }
  for (const patcher of powers(estate, options, { verbs: ['patch', 'update'], group: '', resource: 'namespaces' })) {
    if (placers.has(patcher.grant)) continue;
    for (const maker of makers) {
      const namespace = shut.find(({ name }) => covers(patcher, name) && within(maker, name));
      if (namespace === undefined) continue;
      const id = kubernetesId('Namespace', undefined, namespace.name);
      yield { ...step(patcher, maker, [id]), to, note: `${patcher.verb} namespace ${namespace.name}` };
    }
  }
  const creating = { verbs: ['create'], group: '', resource: 'namespaces', clusterScoped: true };
  for (const creator of powers(estate, options, creating)) {
    if (creator.names !== 'any' || placers.has(creator.grant)) continue;
    for (const maker of makers)
      if (maker.namespace === undefined) yield { ...step(creator, maker, []), to, note: 'create namespaces' };
  }
}

/** Each right may be another identity's. */
function step({ grant }: Power, maker: Power, more: readonly FactId[]): Omit<DerivedEdge, 'to'> {
  return {
    from: grant.id,
    ...(maker.grant === grant ? {} : { with: [maker.grant.id] }),
    facts: [...new Set([...grantFacts(grant), ...grantFacts(maker.grant), ...more])],
  };
}

function covers(power: Power, namespace: string): boolean {
  return within(power, namespace) && (power.names === 'any' || power.names.includes(namespace));
}

function within(power: Power, namespace: string): boolean {
  return power.namespace === undefined || power.namespace === namespace;
}
