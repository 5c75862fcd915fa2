import type { GraphNode, NodeRule } from '@firebreak/contract';
import { repositoriesOf } from '../../github/repositories.ts';

/** A repository, and the right to push to it where nothing protects it; what GitHub and a checkout say of it. */
export default {
  kinds: ['Repository', 'Push', 'RepositoryContent'],
  needs: ['github.repository', 'git.checkout', 'github.workflow'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, facts, api, defaultBranch } of repositoriesOf(estate).values()) {
      const [namespace = name.host] = name.path.split('/');
      const base = { name: name.path, namespace, facts };
      yield {
        ...base,
        id,
        kind: 'Repository',
        class: 'repository',
        ...(api === undefined ? {} : { about: { owner: api.data.owner } }),
        detail: {
          host: name.host,
          ...(defaultBranch === undefined ? {} : { defaultBranch }),
          ...(api === undefined ? {} : { visibility: api.data.visibility, archived: api.data.archived }),
        },
      };
      yield { ...base, id: id.replace('git:Repository/', 'git:Push/'), kind: 'Push', class: 'permission' };
      if (api !== undefined && api.data.visibility !== 'public')
        yield {
          ...base,
          id: id.replace('git:Repository/', 'git:RepositoryContent/'),
          kind: 'RepositoryContent',
          class: 'repository',
        };
    }
  },
} satisfies NodeRule;
