import type { GraphNode, NodeRule } from '@firebreak/contract';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { grantsIn } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/** `role::binding`, and what somebody could bind or rewrite. */
export default {
  kinds: ['PermissionSet'],
  needs: rightsNeeds,
  *derive(estate): Generator<GraphNode> {
    for (const grant of grantsIn(estate, {})) {
      yield {
        id: grant.id,
        kind: 'PermissionSet',
        class: 'permission',
        name: grant.name,
        ...(grant.namespace === undefined ? {} : { namespace: grant.namespace }),
        facts: grantFacts(grant),
        detail: { role: `${grant.roleKind} ${grant.role}`, bound: grant.subjects.length > 0 },
      };
    }
  },
} satisfies NodeRule;
