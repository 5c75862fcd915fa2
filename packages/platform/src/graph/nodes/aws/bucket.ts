import type { GraphNode, NodeRule } from '@firebreak/contract';
import { bucketUses } from '../../aws/bucket-uses.ts';
import { resourceNode } from '../../aws/resource-node.ts';
import { storageJewel } from '../../kubernetes/jewels.ts';
import { writeId } from '../../names/storage-uri.ts';

/** What lies in a bucket is one holding, the right to change it another. A bucket is what is read from it and written to it. */
export default {
  kinds: ['Bucket', 'BucketWrite'],
  needs: ['aws.bucket', 'aws.sagemaker-model', 'aws.training-job', 'aws.custom-model', 'aws.knowledge-base'],
  *derive(estate): Generator<GraphNode> {
    const uses = bucketUses(estate);
    for (const { id, data } of estate.all('aws.bucket')) {
      const use = uses.get(id) ?? storageJewel(data.Name);
      const node = resourceNode({
        id,
        class: use?.class ?? 'volume',
        name: data.Name,
        fact: id,
        arn: data.Arn,
        account: data.AccountId,
        tags: data.Tags,
        jewel: use?.why,
        detail: { region: data.Region, versioning: data.Versioning },
      });
      yield node;
      const jewel =
        node.jewel === undefined ? {} : { jewel: `whoever changes it decides what comes of it: ${node.jewel}` };
      yield {
        ...node,
        id: writeId(id),
        kind: 'BucketWrite',
        class: 'permission',
        name: `${data.Name} (write)`,
        ...jewel,
      };
    }
  },
} satisfies NodeRule;
