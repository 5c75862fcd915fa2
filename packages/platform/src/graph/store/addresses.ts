/**
 * Which stores and collections an address means. What must stay true: an address joins by host, port and database, as a client
 * would connect; a bare host name without a dot is a name in somebody's own network and joins nothing but itself.
 */
import { type Estate, type Fact, type FactId, type NodeId, storeName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { writeId } from '../names/storage-uri.ts';
import { storeWorkloads } from './workloads.ts';

export type StoreFact = Fact<'store.store'>;

export const storesByName: (estate: Estate) => ReadonlyMap<string, StoreFact> = perEstate(
  (estate) =>
    new Map(
      estate.all('store.store').flatMap((store) => {
        const name = store.data.address === undefined ? undefined : storeName(store.data.address);
        return name === undefined ? [] : [[name, store] as const];
      }),
    ),
);

/** Facts that say of a store that it is there, by its name. */
const knownStores: (estate: Estate) => ReadonlyMap<string, { readonly id: NodeId; readonly facts: readonly FactId[] }> =
  perEstate((estate) => {
    const known = new Map<string, { id: NodeId; facts: readonly FactId[] }>();
    for (const { id, facts } of storeWorkloads(estate)) known.set(id.slice(id.indexOf('/') + 1), { id, facts });
    for (const [name, { id }] of storesByName(estate)) known.set(name, { id, facts: [id] });
    return known;
  });

/** `<address>#<collection>` or `<address>` → the store and, where it is named, the collection in it. */
export function storeAt(
  estate: Estate,
  written: string,
): { readonly store: NodeId; readonly facts: readonly FactId[]; readonly collection: NodeId | undefined } | undefined {
  const [address = '', collection] = written.split('#', 2);
  const name = storeName(address);
  if (name === undefined) return undefined;
  const known = knownStores(estate).get(name);
  const store = known?.id ?? `store:VectorStore/${name}`;
  if (known === undefined && collection === undefined) return undefined;
  const rest = store.slice(store.indexOf('/') + 1);
  return {
    store,
    facts: known?.facts ?? [],
    collection: collection === undefined ? undefined : `store:Collection/${rest}/${collection}`,
  };
}

/** What a credential for this address opens: the role that the address names, else the store. */
export function storesAt(
  estate: Estate,
  address: string,
): readonly { readonly to: NodeId; readonly facts: readonly FactId[]; readonly note?: string }[] {
  const found = storeAt(estate, address);
  if (found === undefined) return [];
  const [, user] = /^[a-z+]+:\/\/([^@/:]{1,256})@/i.exec(address) ?? [];
  const { store, facts } = found;
  if (user !== undefined) {
    const role = `store:Role/${store.slice(store.indexOf('/') + 1)}/${decoded(user)}`;
    return [{ to: role, facts: [...facts, ...(estate.get('store.role', role) === undefined ? [] : [role])] }];
  }
  return [
    { to: store, facts },
    { to: writeId(store), facts },
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
