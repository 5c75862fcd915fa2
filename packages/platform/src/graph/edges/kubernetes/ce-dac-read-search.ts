import type { EdgeRule } from '@firebreak/contract';
import { escapes } from '../../kubernetes/escapes.ts';
import { hasCapability, isPrivileged } from '../../kubernetes/host-access.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';

/** Known as "shocker": open_by_handle_at(2) asks for this capability alone, and every mount of a file of the node will do. */
export default {
  label: 'CE_DAC_READ_SEARCH',
  from: ['Container'],
  to: ['Node'],
  needs: podNeeds,
  techniques: ['T1611', 'T1552.004'],
  traverse: 'minutes',
  explain: {
    what: 'Opens any file of the node by its number, and signs in with a key that it finds.',
    why: 'With DAC_READ_SEARCH a container opens files by handle on the file system that the node gives it its own files from.',
    cut: 'Stop the workload, then drop the capability from its template.',
  },
  severedBy: podStops,
  derive: (estate, { convention }) =>
    escapes(estate, (pod, container) =>
      convention === undefined && !isPrivileged(pod, container) && hasCapability(pod, container, 'DAC_READ_SEARCH')
        ? 'DAC_READ_SEARCH'
        : undefined,
    ),
  levers: stopPods,
} satisfies EdgeRule;
