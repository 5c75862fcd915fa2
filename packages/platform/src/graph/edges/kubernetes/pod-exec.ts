import type { EdgeRule } from '@firebreak/contract';
import { pods } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { denyRight } from '../../kubernetes/restraining.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

const right = { verbs: ['create', 'get'], group: '', resource: 'pods/exec' };

/**
 * `get` counts as well as `create`: a WebSocket opens with a GET, which servers before 1.35 authorize as `get`
 * (kubernetes/kubernetes#78741; gate AuthorizePodWebsocketUpgradeCreatePermission asks for `create` from 1.35 on). The
 * server's version is not among the facts, so the cautious reading is taken; its odds say so. KubeHound knows only `create`.
 */
export default {
  label: 'POD_EXEC',
  from: ['PermissionSet'],
  to: ['Pod'],
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.pod', 'kubernetes.workload'],
  techniques: ['T1609'],
  traverse: 'seconds',
  explain: {
    what: 'Runs commands in a running pod.',
    why: 'The role allows pods/exec.',
    cut: 'Take the identity out of the binding, have admission refuse it to that identity, or stop the workload.',
  },
  aka: { kubehound: 'POD_EXEC' },
  severedBy: [...podStops, 'kubernetes.deny-admission'],
  derive: (estate, options) =>
    rightEdges(
      estate,
      options,
      options.convention === 'kubehound' ? { ...right, verbs: ['create'] } : right,
      pods,
      ({ verb }) => (verb === 'get' ? 0.5 : undefined),
    ),
  levers: (edge, estate) => [...stopPods(edge, estate), ...denyRight(edge, estate, right)],
} satisfies EdgeRule;
