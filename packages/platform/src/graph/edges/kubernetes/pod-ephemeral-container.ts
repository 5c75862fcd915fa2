import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { changeablePods, hostsOfOpenPods } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { denyRight } from '../../kubernetes/restraining.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

const right = { verbs: ['patch', 'update'], group: '', resource: 'pods/ephemeralcontainers' };

/** Where admission does not refuse it, the debug container may be privileged, and then it has the node as well. */
export default {
  label: 'POD_EPHEMERAL_CONTAINER',
  from: ['PermissionSet'],
  to: ['Pod', 'Node'],
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.pod', 'kubernetes.workload', 'kubernetes.namespace'],
  techniques: ['T1609', 'T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Adds a debug container to a running pod.',
    why: 'The role allows pods/ephemeralcontainers; the new container shares network, volumes and, if it asks, the processes of its target, and where admission lets it be privileged it has the node.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  severedBy: [...podStops, 'kubernetes.deny-admission'],
  derive,
  levers: (edge, estate) => [...stopPods(edge, estate), ...denyRight(edge, estate, right)],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  yield* rightEdges(estate, options, right, changeablePods);
  yield* rightEdges(estate, options, right, hostsOfOpenPods);
}
