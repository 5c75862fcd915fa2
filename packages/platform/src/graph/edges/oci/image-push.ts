import type { EdgeRule } from '@firebreak/contract';
import { accessEdges } from '../../oci/access.ts';
import { shutRegistry, suspendUser } from '../../oci/levers.ts';

export default {
  label: 'IMAGE_PUSH',
  from: ['User', 'Anonymous'],
  to: ['Repository'],
  needs: ['oci.registry', 'oci.access', 'oci.repository'],
  techniques: ['T1525', 'T1195.002'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes to the repository, and moves its tags.',
    why: 'The registry lets this user push, or does not tell that it would not.',
    cut: 'Take the right to push away, or make the tags immutable.',
  },
  severedBy: ['oci.read-only', 'oci.suspend-user'],
  derive: (estate) => accessEdges(estate, 'push'),
  levers: (edge, estate) => [...suspendUser(edge, estate), ...shutRegistry(edge, estate)],
} satisfies EdgeRule;
