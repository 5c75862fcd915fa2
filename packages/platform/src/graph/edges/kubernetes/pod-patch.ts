import type { EdgeRule } from '@firebreak/contract';
import { changeablePods } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { denyRight } from '../../kubernetes/restraining.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

const right = { verbs: ['patch', 'update'], group: '', resource: 'pods' };

export default {
  label: 'POD_PATCH',
  from: ['PermissionSet'],
  to: ['Pod'],
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.pod', 'kubernetes.workload'],
  techniques: ['T1609', 'T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Swaps the image of a running pod for its own.',
    why: 'The role allows to change pods; the image is one of the few fields that may change, and the new process gets the account and volumes of the pod.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  aka: { kubehound: 'POD_PATCH' },
  severedBy: [...podStops, 'kubernetes.deny-admission'],
  derive: (estate, options) => rightEdges(estate, options, right, changeablePods),
  levers: (edge, estate) => [...stopPods(edge, estate), ...denyRight(edge, estate, right)],
} satisfies EdgeRule;
