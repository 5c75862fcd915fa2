import type { EdgeRule } from '@firebreak/contract';
import { escapes, mountsIn } from '../../kubernetes/escapes.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import type { Mount } from '../../kubernetes/pods.ts';

const procPaths = new Set(['/proc', '/proc/sys', '/proc/sys/kernel', '/proc/sys/kernel/core_pattern']);

/**
 * A writable mount of `/` contains the host's `/proc` as well, but there EXPLOIT_HOST_WRITE is the shorter way and says so.
 * KubeHound wants root to be spelled out (`runAsUser: 0`) and looks at the directories only.
 */
export default {
  label: 'CE_UMH_CORE_PATTERN',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'minutes',
  explain: {
    what: 'Makes the kernel of the node run a program of its choice when a process crashes.',
    why: 'The host’s /proc is mounted writable, and root may write core_pattern there.',
    cut: 'Stop the workload, then mount /proc of the host read-only or not at all.',
  },
  aka: { kubehound: 'CE_UMH_CORE_PATTERN' },
  severedBy: podStops,
  derive: (estate, { convention }) =>
    escapes(estate, (pod, container) => {
      if (convention === 'kubehound' ? !container.explicitRoot : container.nonRoot || pod.spec.hostUsers === false)
        return undefined;
      const fits = ({ hostPath, readOnly }: Mount): boolean =>
        convention === 'kubehound'
          ? hostPath === '/' || procPaths.has(hostPath ?? '')
          : !readOnly && procPaths.has(hostPath ?? '');
      for (const [, mount] of mountsIn(pod, container)) if (fits(mount)) return mount.hostPath;
      return undefined;
    }),
  levers: stopPods,
} satisfies EdgeRule;
