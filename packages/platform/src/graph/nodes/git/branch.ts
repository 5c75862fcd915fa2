import type { GraphNode, NodeRule } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';

/** The default branch, and what the estate knows of others. */
export default {
  kinds: ['Branch'],
  needs: ['github.branch', 'github.repository', 'git.checkout'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, repository, name, fact, facts } of branchNodesOf(estate))
      yield {
        id,
        kind: 'Branch',
        class: 'repository',
        name: `${repository.name.path}@${name}`,
        namespace: repository.name.path.split('/')[0] ?? repository.name.host,
        facts,
        detail: {
          branch: name,
          default: name === repository.defaultBranch,
          ...(fact === undefined ? {} : { protected: fact.data.protected }),
        },
      };
  },
} satisfies NodeRule;
