import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';
import { ecrRepositoryId } from '../../aws/things.ts';
import { repositoryContentId } from '../../oci/images.ts';

/** An ECR repository is a repository of a registry like any other: what runs from it and who reads it by its API speak of the same node. */
export default {
  kinds: ['Repository', 'RepositoryContent'],
  needs: ['aws.ecr-repository'],
  *derive(estate): Generator<GraphNode> {
    for (const { id: fact, data } of estate.all('aws.ecr-repository')) {
      const id = ecrRepositoryId(data.repositoryUri);
      if (id === undefined) continue;
      const node = resourceNode({
        id,
        class: 'artifact',
        name: id.slice(id.indexOf('/') + 1),
        fact,
        arn: data.repositoryArn,
        tags: data.Tags,
        detail: { tags: data.imageTagMutability },
      });
      yield node;
      yield { ...node, id: repositoryContentId(id), kind: 'RepositoryContent' };
    }
  },
} satisfies NodeRule;
