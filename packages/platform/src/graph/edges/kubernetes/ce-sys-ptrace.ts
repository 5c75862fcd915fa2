import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { hasCapability } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

/**
 * Privileged containers have all capabilities too; with hostPID they take the shorter way, CE_NSENTER. KubeHound asks for
 * SYS_ADMIN as well; the kernel does not (ptrace(2), "Ptrace access mode checking").
 */
export default {
  label: 'CE_SYS_PTRACE',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611', 'T1055.008'],
  traverse: 'minutes',
  explain: {
    what: 'Attaches to a process of the node and injects code.',
    why: 'The container shares the process namespace of the host and holds SYS_PTRACE.',
    cut: 'Stop the workload, then drop hostPID or the capabilities from its template.',
  },
  aka: { kubehound: 'CE_SYS_PTRACE' },
  severedBy: podStops,
  derive: (estate, { convention }) =>
    escapes(estate, (pod, container) => {
      if (pod.spec.hostPID !== true || !hasCapability(pod, container, 'SYS_PTRACE')) return undefined;
      if (hasCapability(pod, container, 'SYS_ADMIN')) return 'hostPID, SYS_PTRACE, SYS_ADMIN';
      return convention === 'kubehound' ? undefined : 'hostPID, SYS_PTRACE';
    }),
  levers: stopPods,
} satisfies EdgeRule;
