import type { EdgeRule } from '@firebreak/contract';
import { secrets } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';
import { secretReads } from '../../kubernetes/secret-reads.ts';

/** A right without `list` or `watch` needs the name, which pods and manifests give away. */
export default {
  label: 'SECRET_READ',
  from: ['PermissionSet'],
  to: ['Secret'],
  needs: [...rightsNeeds, 'kubernetes.secret'],
  techniques: ['T1552.007'],
  traverse: 'instant',
  explain: {
    what: 'Reads secrets through the API.',
    why: 'The role allows to get, list or watch secrets, or to patch or delete them: the answers carry the values.',
    cut: 'Take the identity out of the binding, then rotate what it could read.',
  },
  severedBy: [],
  derive: (estate, options) => rightEdges(estate, options, secretReads, secrets),
  levers: () => [],
} satisfies EdgeRule;
