import { type Estate, type FactId, type Lever, lever } from '@firebreak/contract';

/**
 * Takes back one grant on one table of a PostgreSQL. Not from its owner, who could grant it to itself again, nor what hangs on no table;
 * and not through a name with a dot in it, of which nobody could say where the schema ends.
 */
export function revokeGrant(estate: Estate, id: FactId): readonly Lever[] {
  const grant = estate.get('store.grant', id)?.data;
  const store = grant === undefined ? undefined : estate.get('store.store', grant.store)?.data;
  if (grant?.collection === undefined || store?.software !== 'pgvector') return [];
  const part = grant.store.slice(grant.store.indexOf('/') + 1);
  const owner = estate.get('store.collection', `store:Collection/${part}/${grant.collection}`)?.data.owner;
  const [schema, table, ...more] = grant.collection.split('.');
  if (owner === undefined || owner === grant.role || schema === undefined || table === undefined || more.length > 0)
    return [];
  return [lever('stores.revoke-grant', { store: store.name, role: grant.role, schema, table, mode: grant.mode })];
}
