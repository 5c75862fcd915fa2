import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

/** Windows: such a container is a process of the node, under the account that it names; KubeHound knows Linux only. */
export default {
  label: 'CE_HOST_PROCESS',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Is on the node already.',
    why: 'A Windows HostProcess container runs on the node itself, with its file system, network and accounts.',
    cut: 'Stop the workload, then drop hostProcess from its template.',
  },
  severedBy: podStops,
  derive: (estate, { convention }) =>
    escapes(estate, (pod, { spec }) =>
      convention === undefined &&
      (spec.securityContext?.windowsOptions?.hostProcess ?? pod.spec.securityContext?.windowsOptions?.hostProcess) ===
        true
        ? 'hostProcess'
        : undefined,
    ),
  levers: stopPods,
} satisfies EdgeRule;
