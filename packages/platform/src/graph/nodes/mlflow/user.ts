import type { GraphNode, NodeRule } from '@firebreak/contract';

/** Users of the basic-auth application. Its passwords do not expire, and it keeps no record of their use. */
export default {
  kinds: ['User'],
  needs: ['mlflow.user'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.user'))
      yield {
        id,
        kind: 'User',
        class: 'identity',
        name: `${data.username} of ${data.server}`,
        facts: [id],
        tenure: { lifetime: 'static', access: 'standing' },
        detail: { admin: data.admin, grants: data.permissions.length },
      };
  },
} satisfies NodeRule;
