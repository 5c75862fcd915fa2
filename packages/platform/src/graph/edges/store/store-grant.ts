import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { revokeGrant } from '../../store/levers.ts';

export default {
  label: 'STORE_GRANT',
  from: ['Role'],
  to: ['Collection', 'CollectionWrite', 'VectorStore', 'VectorStoreWrite', 'FeatureStore', 'FeatureStoreWrite'],
  needs: ['store.grant', 'store.role', 'store.collection'],
  techniques: ['T1213', 'AML.T0020'],
  traverse: 'seconds',
  explain: {
    what: 'Reads or changes what the role is granted.',
    why: 'The store grants it to this role.',
    cut: 'Revoke the grant.',
  },
  severedBy: ['stores.revoke-grant'],
  derive,
  levers: ({ facts }, estate) => facts.flatMap((id) => revokeGrant(estate, id)),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const part = (id: string) => id.slice(id.indexOf('/') + 1);
  for (const { id: fact, data } of estate.all('store.grant')) {
    const from = `store:Role/${part(data.store)}/${data.role}`;
    const collection =
      data.collection === undefined ? undefined : `store:Collection/${part(data.store)}/${data.collection}`;
    const secured = collection !== undefined && isRowSecured(estate, collection);
    const place = collection ?? data.store;
    yield {
      from,
      to: data.mode === 'write' ? writeId(place) : place,
      facts: [fact],
      ...(secured ? { likelihood: 0.5, note: 'as far as the row policies of the table let it' } : {}),
    };
  }
  for (const { id, data } of estate.all('store.role')) {
    if (!data.admin) continue;
    for (const to of [data.store, writeId(data.store)])
      yield { from: id, to, facts: [id], note: 'administers the store' };
  }
}

function isRowSecured(estate: Estate, collection: string): boolean {
  return estate.get('store.collection', collection)?.data.tags['row-level-security'] === 'on';
}
