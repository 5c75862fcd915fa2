import type { EdgeRule } from '@firebreak/contract';
import { pods } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

/**
 * `get` counts as well as `create`: a WebSocket opens with a GET, which servers before 1.35 authorize as `get`
 * (kubernetes/kubernetes#78741; gate AuthorizePodWebsocketUpgradeCreatePermission asks for `create` from 1.35 on). The
 * server's version is not among the facts, so the cautious reading is taken; its odds say so. KubeHound knows only `create`.
 */
export default {
  label: 'POD_EXEC',
  from: ['PermissionSet'],
  to: ['Pod'],
  needs: [...rightsNeeds, 'kubernetes.pod', 'kubernetes.workload'],
  techniques: ['T1609'],
  traverse: 'seconds',
  explain: {
    what: 'Runs commands in a running pod.',
    why: 'The role allows pods/exec.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  aka: { kubehound: 'POD_EXEC' },
  severedBy: podStops,
  derive: (estate, options) =>
    rightEdges(
      estate,
      options,
      { verbs: options.convention === 'kubehound' ? ['create'] : ['create', 'get'], group: '', resource: 'pods/exec' },
      pods,
      ({ verb }) => (verb === 'get' ? 0.5 : undefined),
    ),
  levers: stopPods,
} satisfies EdgeRule;
