import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { hasCapability, isPrivileged } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

/**
 * Even odds: AppArmor’s and SELinux’s default profiles refuse the mount, and nodes that have neither are common. Privileged
 * containers take CE_PRIV_MOUNT.
 */
export default {
  label: 'CE_SYS_ADMIN',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'minutes',
  explain: {
    what: 'Mounts the control files of the kernel and has it run a program on the node.',
    why: 'With SYS_ADMIN a container may mount a fresh /proc or a cgroup hierarchy, whose core_pattern or release_agent is run by the node.',
    cut: 'Stop the workload, then drop the capability from its template.',
  },
  severedBy: podStops,
  derive: (estate, { convention }) =>
    escapes(
      estate,
      (pod, container) =>
        convention === undefined && !isPrivileged(pod, container) && hasCapability(pod, container, 'SYS_ADMIN')
          ? 'SYS_ADMIN'
          : undefined,
      0.5,
    ),
  levers: stopPods,
} satisfies EdgeRule;
