import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { isPrivileged } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  label: 'CE_NSENTER',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Enters the namespaces of a process of the node.',
    why: 'A privileged container that shares the process namespace of the host can nsenter into process 1.',
    cut: 'Stop the workload, then drop privileged or hostPID from its template.',
  },
  aka: { kubehound: 'CE_NSENTER' },
  severedBy: podStops,
  derive: (estate) =>
    escapes(estate, (pod, container) =>
      pod.spec.hostPID === true && isPrivileged(pod, container) ? 'hostPID, privileged' : undefined,
    ),
  levers: stopPods,
} satisfies EdgeRule;
