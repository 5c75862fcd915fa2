import { type DerivedEdge, type DeriveOptions, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { admitsHostAccess, byAdmission } from '../kubernetes/admission.ts';
import { hosts } from '../kubernetes/inventory.ts';
import { rightsNeeds } from '../kubernetes/needs.ts';
import { podMakers } from '../kubernetes/pod-makers.ts';
import { type Power, powers } from '../kubernetes/powers.ts';
import { type Grant, grantFacts } from '../kubernetes/rbac.ts';

/**
 * Two rights, used in two requests: change the labels of a namespace that refuses host access, and make a pod in it. A role
 * inside the namespace is enough to patch it, because the server files a request for a namespace under that namespace.
 */
export default {
  label: 'NAMESPACE_PATCH',
  from: ['PermissionSet'],
  to: ['Node'],
  needs: [...rightsNeeds, 'kubernetes.namespace', 'kubernetes.node'],
  techniques: ['T1562', 'T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Lifts Pod Security from a namespace, then runs a privileged pod in it.',
    why: 'Admission goes by a label of the namespace, and the rights allow to change it.',
    cut: 'Take the identity out of the binding that allows to patch the namespace.',
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
      const same = maker.grant === patcher.grant;
      yield {
        from: patcher.grant.id,
        ...(same ? {} : { with: [maker.grant.id] }),
        to,
        facts: [
          ...new Set([
            ...grantFacts(patcher.grant),
            ...grantFacts(maker.grant),
            kubernetesId('Namespace', undefined, namespace.name),
          ]),
        ],
        note: `${patcher.verb} namespace ${namespace.name}`,
      };
    }
  }
}

function covers(power: Power, namespace: string): boolean {
  return within(power, namespace) && (power.names === 'any' || power.names.includes(namespace));
}

function within(power: Power, namespace: string): boolean {
  return power.namespace === undefined || power.namespace === namespace;
}
