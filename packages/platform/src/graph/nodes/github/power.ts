import type { GraphNode, NodeRule } from '@firebreak/contract';
import { forkWorkflowId, pushedWorkflowId, repositoryAdminId, workflowWriteId } from '../../github/powers.ts';
import { type KnownRepository, repositoriesOf } from '../../github/repositories.ts';

const powers: readonly {
  readonly kind: string;
  readonly class: GraphNode['class'];
  readonly id: (repository: KnownRepository) => string;
  readonly words: string;
  readonly when: (repository: KnownRepository) => boolean;
}[] = [
  {
    kind: 'WorkflowWrite',
    class: 'permission',
    id: workflowWriteId,
    words: 'write, workflow files included',
    when: () => true,
  },
  {
    kind: 'RepositoryAdmin',
    class: 'permission',
    id: repositoryAdminId,
    words: 'administration',
    when: ({ api }) => api !== undefined,
  },
  {
    kind: 'PushedWorkflow',
    class: 'pipeline',
    id: pushedWorkflowId,
    words: 'any workflow on a new branch',
    when: ({ runsActions }) => runsActions,
  },
  {
    kind: 'ForkWorkflow',
    class: 'pipeline',
    id: forkWorkflowId,
    words: 'any workflow in a pull request from a fork',
    when: ({ runsActions }) => runsActions,
  },
];

/** What one can hold in a repository besides the things in it. */
export default {
  kinds: powers.map(({ kind }) => kind),
  needs: ['github.repository', 'git.checkout', 'github.workflow', 'github.actions-settings'],
  *derive(estate): Generator<GraphNode> {
    for (const repository of repositoriesOf(estate).values())
      for (const { kind, class: assetClass, id, words, when } of powers)
        if (when(repository))
          yield {
            id: id(repository),
            kind,
            class: assetClass,
            name: `${repository.name.path}: ${words}`,
            namespace: repository.name.path,
            facts: repository.facts,
          };
  },
} satisfies NodeRule;
