import type { GraphNode, NodeRule } from '@firebreak/contract';
import { namedBuckets } from '../../mlflow/datasets.ts';

/** Buckets that datasets come from and versions lie in, whether or not their own system was read. */
export default {
  kinds: ['Bucket', 'BucketWrite'],
  needs: ['mlflow.run', 'mlflow.model-version'],
  *derive(estate): Generator<GraphNode> {
    for (const { place, fact } of namedBuckets(estate)) {
      const name = place.content.slice(place.content.indexOf('/') + 1).replace(/^arn:aws:s3:::/, '');
      yield { id: place.content, kind: 'Bucket', class: 'dataset', name, facts: [fact] };
      yield { id: place.write, kind: 'BucketWrite', class: 'update-channel', name, facts: [fact] };
    }
  },
} satisfies NodeRule;
