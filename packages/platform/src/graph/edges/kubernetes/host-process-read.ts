import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { mountsIn } from '../../kubernetes/escapes.ts';
import { hasCapability, isPrivileged } from '../../kubernetes/host-access.ts';
import { tokenVolumes } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { type ContainerView, type PodView, podsOf } from '../../kubernetes/pods.ts';

/**
 * `/proc/<pid>/root` is the file system of a process. The kernel opens it to root whose capabilities include those of that
 * process (ptrace(2), PTRACE_MODE_READ), and ordinary containers of one node are alike. Daemons of the node have more, so
 * this is no way onto the node. SELinux keeps containers apart, AppArmor's and seccomp's default profiles do not.
 */
export default {
  label: 'HOST_PROCESS_READ',
  from: ['Container'],
  to: ['Volume'],
  needs: podNeeds,
  techniques: ['T1057', 'T1552.001'],
  traverse: 'seconds',
  explain: {
    what: 'Reads the tokens of the other pods on the node through their processes.',
    why: 'The container sees the processes of the whole node, and runs as root like them.',
    cut: 'Stop the workload, then drop hostPID or the mount of /proc from its template, or run it as another user.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  if (convention === 'kubehound') return;
  for (const pod of podsOf(estate).all) {
    const to = tokenVolumes(estate).group(pod.node);
    if (to === undefined || pod.spec.hostUsers === false) continue;
    for (const container of pod.containers) {
      const note = seesProcesses(pod, container);
      // These take the node itself, by CE_NSENTER or CE_SYS_PTRACE.
      const takesNode = isPrivileged(pod, container) || hasCapability(pod, container, 'SYS_PTRACE');
      if (note !== undefined && !container.nonRoot && !takesNode)
        yield { from: container.id, to, facts: pod.facts, note, likelihood: 0.5 };
    }
  }
}

function seesProcesses(pod: PodView, container: ContainerView): string | undefined {
  if (pod.spec.hostPID === true) return 'hostPID';
  for (const [, { hostPath }] of mountsIn(pod, container)) if (hostPath === '/proc') return hostPath;
  return undefined;
}
