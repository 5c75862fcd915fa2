import type { EdgeRule } from '@firebreak/contract';
import { openStdin } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

/**
 * Attaching writes to the main process of a container, which takes it where its `stdin` is kept open: a shell, a debugger, a
 * notebook. What that process does with a line is not known, hence the odds. Where stdin is closed nothing can be said to it.
 */
export default {
  label: 'POD_STDIN',
  from: ['PermissionSet'],
  to: ['Container'],
  needs: [...rightsNeeds, 'kubernetes.pod', 'kubernetes.workload'],
  techniques: ['T1609'],
  traverse: 'seconds',
  explain: {
    what: 'Types into the main process of a container.',
    why: 'The role allows pods/attach, and the container keeps its standard input open.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  severedBy: podStops,
  derive: (estate, options) =>
    options.convention === undefined
      ? rightEdges(
          estate,
          options,
          { verbs: ['create', 'get'], group: '', resource: 'pods/attach' },
          openStdin,
          ({ verb }) => (verb === 'get' ? 0.25 : 0.5),
        )
      : [],
  levers: stopPods,
} satisfies EdgeRule;
