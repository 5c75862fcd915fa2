import type { GraphNode, NodeRule } from '@firebreak/contract';
import { repositoryContentId } from '../../oci/images.ts';
import { runningImages } from '../../oci/running-images.ts';

/** Repositories that a registry told of, and those that running workloads follow a tag of. Holding one is being able to push. */
export default {
  kinds: ['Repository', 'RepositoryContent'],
  needs: ['oci.repository', 'kubernetes.pod', 'kubernetes.workload'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('oci.repository')) {
      const name = `${data.registry}/${data.repository}`;
      yield { id, kind: 'Repository', class: 'artifact', name, facts: [id] };
      yield { id: repositoryContentId(id), kind: 'RepositoryContent', class: 'artifact', name, facts: [id] };
    }
    for (const [id, running] of runningImages(estate)) {
      const [first] = running;
      if (first === undefined) continue;
      const name = `${first.reference.registry}/${first.reference.repository}`;
      yield { id, kind: 'Repository', class: 'artifact', name, facts: first.facts };
    }
  },
} satisfies NodeRule;
