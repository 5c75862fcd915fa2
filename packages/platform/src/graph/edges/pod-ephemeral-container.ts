import type { EdgeRule } from '@firebreak/contract';
import { changeablePods } from '../kubernetes/inventory.ts';
import { podStops, stopPods } from '../kubernetes/levers.ts';
import { rightsNeeds } from '../kubernetes/needs.ts';
import { rightEdges } from '../kubernetes/right-edges.ts';

export default {
  label: 'POD_EPHEMERAL_CONTAINER',
  from: ['PermissionSet'],
  to: ['Pod'],
  needs: [...rightsNeeds, 'kubernetes.pod', 'kubernetes.workload'],
  techniques: ['T1609', 'T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Adds a debug container to a running pod.',
    why: 'The role allows pods/ephemeralcontainers; the new container shares network, volumes and, if it asks, the processes of its target.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  severedBy: podStops,
  derive: (estate, options) =>
    rightEdges(
      estate,
      options,
      { verbs: ['patch', 'update'], group: '', resource: 'pods/ephemeralcontainers' },
      changeablePods,
    ),
  levers: stopPods,
} satisfies EdgeRule;
