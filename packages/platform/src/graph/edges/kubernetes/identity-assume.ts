import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { hostsOf } from '../../kubernetes/hosts.ts';
import { nodesGroupId, nodeUserId } from '../../kubernetes/identities.ts';
import { identityInConvention } from '../../kubernetes/kubehound.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf, unscheduled } from '../../kubernetes/pods.ts';

/**
 * A container speaks with the token that is mounted into it, a node with its kubelet's certificate (user
 * `system:node:<name>` of group `system:nodes`). KubeHound goes by the pod's account alone, and gives a node its user only
 * where a binding names it, else the group.
 */
export default {
  label: 'IDENTITY_ASSUME',
  from: ['Container', 'Node'],
  to: ['ServiceAccount', 'User', 'Group'],
  needs: [...podNeeds, 'kubernetes.node'],
  techniques: ['T1078', 'T1550.001'],
  traverse: 'instant',
  explain: {
    what: 'Speaks to the API server as this identity.',
    why: 'Its credential lies in the container, or on the node, for the workload or the kubelet to use.',
    cut: 'Stop the workload, or switch off automounting in its template.',
  },
  aka: { kubehound: 'IDENTITY_ASSUME' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    const facts = pod.facts;
    if (convention === 'kubehound') {
      if (!identityInConvention(estate, pod.account)) continue;
      for (const container of pod.containers) yield { from: container.id, to: pod.account, facts };
      continue;
    }
    const holders = new Set(
      pod.volumes.filter((volume) => volume.token).flatMap(({ mounts }) => mounts.map((it) => it.container)),
    );
    for (const container of holders) yield { from: container.id, to: pod.account, facts };
  }
  for (const host of hostsOf(estate)) {
    const user = nodeUserId(host.name);
    const hasUser = host.id !== unscheduled && (convention === undefined || identityInConvention(estate, user));
    if (hasUser) yield { from: host.id, to: user, facts: host.facts };
    if (convention === undefined || (!hasUser && identityInConvention(estate, nodesGroupId)))
      yield { from: host.id, to: nodesGroupId, facts: host.facts };
  }
}
