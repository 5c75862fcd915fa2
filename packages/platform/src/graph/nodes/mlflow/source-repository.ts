import type { GraphNode, NodeRule } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../../names/git-repository.ts';

/** Repositories of code that runs were started from, whether or not anybody else told of them. */
export default {
  kinds: ['Repository'],
  needs: ['mlflow.run'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.run')) {
      const git = data.source.repository === undefined ? undefined : gitRepositoryName(data.source.repository);
      if (git === undefined) continue;
      const name = `${git.host}/${git.path}`;
      yield { id: gitRepositoryId(git), kind: 'Repository', class: 'repository', name, facts: [id] };
    }
  },
} satisfies NodeRule;
