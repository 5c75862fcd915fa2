import type { GraphNode, NodeRule } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../../names/git-repository.ts';

/** Repositories of code that an image says it was built from, whether or not anybody else told of them. */
export default {
  kinds: ['Repository'],
  needs: ['oci.image'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('oci.image')) {
      const git = data.source === undefined ? undefined : gitRepositoryName(data.source);
      if (git === undefined) continue;
      const name = `${git.host}/${git.path}`;
      yield { id: gitRepositoryId(git), kind: 'Repository', class: 'repository', name, facts: [id] };
    }
  },
} satisfies NodeRule;
