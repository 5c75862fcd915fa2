import type { GraphNode, NodeRule } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { datasetNode, models } from '../../openlineage/datasets.ts';

/** A dataset or a model, and the right to change it. One that is a collection of a store adds to that collection’s node. */
export default {
  kinds: ['Dataset', 'DatasetWrite'],
  needs: ['openlineage.dataset', 'openlineage.job'],
  *derive(estate): Generator<GraphNode> {
    for (const { id: fact, data } of estate.all('openlineage.dataset')) {
      const id = datasetNode(estate, fact);
      const owner = data.owners[0]?.name;
      const about = owner === undefined ? {} : { about: { owner } };
      if (id !== fact) {
        const kind = id.slice(id.indexOf(':') + 1, id.indexOf('/'));
        yield { id, kind, class: 'dataset', name: data.name, facts: [], ...about };
        continue;
      }
      yield {
        id,
        kind: 'Dataset',
        class: models(estate).has(fact) ? 'model' : 'dataset',
        name: data.name,
        facts: [fact],
        ...about,
        detail: {
          namespace: data.namespace,
          fields: data.fields.length,
          ...(data.version === undefined ? {} : { version: data.version }),
          ...(data.assertions.length === 0 ? {} : { checks: data.assertions.join(', ').slice(0, 500) }),
        },
      };
      yield {
        id: writeId(id),
        kind: 'DatasetWrite',
        class: 'update-channel',
        name: `writing ${data.name}`,
        facts: [fact],
      };
    }
  },
} satisfies NodeRule;
