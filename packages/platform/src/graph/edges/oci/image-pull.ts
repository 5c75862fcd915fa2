import type { EdgeRule } from '@firebreak/contract';
import { accessEdges } from '../../oci/access.ts';
import { suspendUser } from '../../oci/levers.ts';

export default {
  label: 'IMAGE_PULL',
  from: ['User', 'Anonymous'],
  to: ['RepositoryContent'],
  needs: ['oci.registry', 'oci.access', 'oci.repository'],
  techniques: ['T1213', 'AML.T0035'],
  traverse: 'seconds',
  explain: {
    what: 'Pulls what lies in the repository.',
    why: 'The registry lets this user pull.',
    cut: 'Take the right to pull away.',
  },
  severedBy: ['oci.suspend-user'],
  derive: (estate) => accessEdges(estate, 'pull'),
  levers: suspendUser,
} satisfies EdgeRule;
