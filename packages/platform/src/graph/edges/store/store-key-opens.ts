import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { storeKeys } from '../../store/keys.ts';

export default {
  label: 'STORE_KEY_OPENS',
  from: ['Credential'],
  to: ['VectorStore', 'VectorStoreWrite', 'FeatureStore', 'FeatureStoreWrite'],
  needs: ['store.store'],
  techniques: ['T1552.001', 'T1078'],
  traverse: 'instant',
  explain: {
    what: 'Opens the store.',
    why: 'The key stands in the store’s own configuration.',
    cut: 'Replace the key, and keep it out of the file.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, store, readOnly } of storeKeys(estate)) {
    yield { from, to: store.id, facts: [store.id] };
    if (!readOnly) yield { from, to: writeId(store.id), facts: [store.id] };
  }
}
