import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { hasCapability, isPrivileged } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  label: 'CE_MODULE_LOAD',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'minutes',
  explain: {
    what: 'Loads a kernel module.',
    why: 'With SYS_MODULE (privileged includes it) a container loads its own code into the kernel that it shares with the node.',
    cut: 'Stop the workload, then drop the capability from its template.',
  },
  aka: { kubehound: 'CE_MODULE_LOAD' },
  severedBy: podStops,
  derive: (estate) =>
    escapes(estate, (pod, container) =>
      isPrivileged(pod, container)
        ? 'privileged'
        : hasCapability(pod, container, 'SYS_MODULE')
          ? 'SYS_MODULE'
          : undefined,
    ),
  levers: stopPods,
} satisfies EdgeRule;
