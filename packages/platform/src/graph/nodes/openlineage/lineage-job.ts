import type { GraphNode, NodeRule } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';

export default {
  kinds: ['Job', 'Repository'],
  needs: ['openlineage.job'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('openlineage.job')) {
      const { source, jobType, integration } = data;
      const owner = data.owners[0]?.name;
      yield {
        id,
        kind: 'Job',
        class: 'pipeline',
        name: data.name,
        facts: [id],
        ...(owner === undefined ? {} : { about: { owner } }),
        detail: {
          namespace: data.namespace,
          ...(jobType === undefined ? {} : { jobType }),
          ...(integration === undefined ? {} : { integration }),
          ...(source?.version === undefined ? {} : { sourceVersion: source.version }),
        },
      };
      const repository = repositoryOf(source?.repository);
      if (repository !== undefined) {
        const name = repository.slice(repository.indexOf('/') + 1);
        yield { id: repository, kind: 'Repository', class: 'repository', name, facts: [id] };
      }
    }
  },
} satisfies NodeRule;
