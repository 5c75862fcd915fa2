import type { GraphNode, NodeRule } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { retrievalsOf } from '../../store/retrieval.ts';

export default {
  kinds: ['Collection', 'CollectionWrite', 'FeatureView', 'FeatureViewWrite'],
  needs: ['store.collection', 'agent.agent', 'agent.mcp-server'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('store.collection')) {
      const kind = data.content === 'features' ? 'FeatureView' : 'Collection';
      const { owner, dimensions, entries, tags } = data;
      const about = { ...(owner === undefined ? {} : { owner }), ...(Object.keys(tags).length === 0 ? {} : { tags }) };
      yield {
        id,
        kind,
        class: 'dataset',
        name: data.name,
        facts: [id],
        ...(Object.keys(about).length === 0 ? {} : { about }),
        detail: {
          store: data.store,
          ...(dimensions === undefined ? {} : { dimensions }),
          ...(entries === undefined ? {} : { entries }),
        },
      };
      yield {
        id: writeId(id),
        kind: `${kind}Write`,
        class: 'update-channel',
        name: `writing ${data.name}`,
        facts: [id],
      };
    }
    for (const { place, store, facts } of retrievalsOf(estate)) {
      if (place === store) continue;
      const name = place.slice(place.lastIndexOf('/') + 1);
      yield { id: place, kind: 'Collection', class: 'dataset', name, facts, detail: { store } };
      yield { id: writeId(place), kind: 'CollectionWrite', class: 'update-channel', name: `writing ${name}`, facts };
    }
  },
} satisfies NodeRule;
