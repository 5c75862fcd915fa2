import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { hasCapability, isPrivileged } from '../../kubernetes/host-access.ts';
import { endpointsByNode } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf, unscheduled } from '../../kubernetes/pods.ts';

/** KubeHound once drew this as CE_NET_MITM. It is no escape: the attacker gets between callers and endpoints, not the node. */
export default {
  label: 'NETWORK_MITM',
  from: ['Container'],
  to: ['Endpoint'],
  needs: [...podNeeds, 'kubernetes.service'],
  techniques: ['T1557', 'T1040'],
  traverse: 'hours',
  explain: {
    what: 'Reads and redirects the traffic of the other pods on the node.',
    why: 'The container is on the host’s network and may administer it.',
    cut: 'Stop the workload, then drop hostNetwork or NET_ADMIN from its template.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  if (convention !== undefined) return;
  for (const pod of podsOf(estate).all) {
    // Without a node nothing says who the neighbours are.
    if (pod.spec.hostNetwork !== true || pod.node === unscheduled) continue;
    const to = endpointsByNode(estate).group(pod.spec.nodeName);
    if (to === undefined) continue;
    for (const container of pod.containers) {
      if (!isPrivileged(pod, container) && !hasCapability(pod, container, 'NET_ADMIN')) continue;
      yield { from: container.id, to, facts: pod.facts, note: 'hostNetwork, NET_ADMIN', likelihood: 0.5 };
    }
  }
}
