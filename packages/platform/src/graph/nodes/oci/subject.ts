import type { GraphNode, NodeRule } from '@firebreak/contract';
import { subjectId } from '../../oci/access.ts';

/** Users of a registry that we know of, and anybody who reaches it. Their passwords do not expire by themselves. */
export default {
  kinds: ['User', 'Anonymous'],
  needs: ['oci.access'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('oci.access')) {
      const { user, registry, pull, push } = fact.data;
      if (user === undefined && pull === 'no' && push === 'no') continue;
      yield {
        id: subjectId(fact),
        kind: user === undefined ? 'Anonymous' : 'User',
        class: 'identity',
        name: user === undefined ? `anybody who reaches ${registry}` : `${user} of ${registry}`,
        facts: [fact.id],
        ...(user === undefined ? {} : { tenure: { lifetime: 'static', access: 'standing' } }),
      };
    }
  },
} satisfies NodeRule;
