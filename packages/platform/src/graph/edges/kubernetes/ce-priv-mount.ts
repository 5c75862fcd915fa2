import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { isPrivileged } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

export default {
  label: 'CE_PRIV_MOUNT',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Mounts the disk of the node from a privileged container.',
    why: 'A privileged container sees the devices of the host and may mount them, then edits cron jobs or SSH keys there.',
    cut: 'Stop the workload, then drop privileged from its template.',
  },
  aka: { kubehound: 'CE_PRIV_MOUNT' },
  severedBy: podStops,
  derive: (estate) => escapes(estate, (pod, container) => (isPrivileged(pod, container) ? 'privileged' : undefined)),
  levers: stopPods,
} satisfies EdgeRule;
