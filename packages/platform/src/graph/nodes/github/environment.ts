import type { GraphNode, NodeRule } from '@firebreak/contract';

/** An environment with its gates: what a job enters to get its secrets and its subject. */
export default {
  kinds: ['Environment'],
  needs: ['github.environment'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('github.environment')) {
      const { users, teams } = data.reviewers ?? { users: [], teams: [] };
      const policy = data.deployment_branch_policy;
      yield {
        id,
        kind: 'Environment',
        class: 'permission',
        name: data.name,
        namespace: data.repository.path,
        facts: [id],
        detail: {
          reviewers: [...users, ...teams].join(', '),
          branches:
            policy === undefined
              ? 'any'
              : policy.protected_branches
                ? 'protected'
                : (policy.policies ?? []).map(({ name }) => name).join(', '),
        },
      };
    }
  },
} satisfies NodeRule;
