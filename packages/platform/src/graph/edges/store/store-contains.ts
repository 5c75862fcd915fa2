import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { retrievalsOf } from '../../store/retrieval.ts';

export default {
  label: 'STORE_CONTAINS',
  from: ['VectorStore', 'VectorStoreWrite', 'FeatureStore', 'FeatureStoreWrite'],
  to: ['Collection', 'CollectionWrite', 'FeatureView', 'FeatureViewWrite'],
  needs: ['store.collection', 'store.store', 'agent.agent', 'agent.mcp-server'],
  techniques: ['T1213', 'AML.T0035'],
  traverse: 'instant',
  explain: {
    what: 'Has what the whole store gives, for this part of it.',
    why: 'The collection lies in the store.',
    cut: 'Take away the right to the store as a whole.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('store.collection')) {
    yield { from: data.store, to: id, facts: [id] };
    yield { from: writeId(data.store), to: writeId(id), facts: [id] };
  }
  // Collections that only their users name.
  for (const { store, place, facts } of retrievalsOf(estate)) {
    if (place === store || estate.get('store.collection', place) !== undefined) continue;
    yield { from: store, to: place, facts };
    yield { from: writeId(store), to: writeId(place), facts };
  }
}
