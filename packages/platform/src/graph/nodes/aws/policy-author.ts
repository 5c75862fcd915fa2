import type { GraphNode, NodeRule } from '@firebreak/contract';
import { policyAuthorsOf } from '../../aws/policy-authors.ts';

/** Rights over all users or roles of an account that somebody holds. */
export default {
  kinds: ['Privilege'],
  needs: ['aws.user', 'aws.role', 'aws.managed-policy'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, account, authors } of policyAuthorsOf(estate).broad)
      yield {
        id,
        kind: 'Privilege',
        class: 'permission',
        name,
        namespace: account,
        facts: [...new Set(authors.flatMap(({ facts }) => facts))].slice(0, 1),
      };
  },
} satisfies NodeRule;
