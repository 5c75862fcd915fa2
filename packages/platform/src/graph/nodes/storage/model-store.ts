import type { AssetClass, GraphNode, NodeRule } from '@firebreak/contract';
import { servedModels } from '../../storage/served-models.ts';

const classes: Readonly<Record<string, AssetClass>> = {
  Bucket: 'dataset',
  BucketWrite: 'update-channel',
  Repository: 'artifact',
  RepositoryContent: 'artifact',
};

/** Places that a served model is loaded from, whether or not their own system was read. Claims have a rule of their own. */
export default {
  kinds: Object.keys(classes),
  needs: ['kubernetes.model-workload'],
  *derive(estate): Generator<GraphNode> {
    for (const { model, content, control } of servedModels(estate))
      for (const id of new Set([content, control])) {
        const slash = id.indexOf('/');
        const kind = id.slice(id.indexOf(':') + 1, slash);
        const itsClass = classes[kind];
        if (itsClass === undefined) continue;
        yield { id, kind, class: itsClass, name: id.slice(slash + 1).replace(/^arn:aws:s3:::/, ''), facts: [model.id] };
      }
  },
} satisfies NodeRule;
