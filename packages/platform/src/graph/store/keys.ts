/** Keys that stand in the configuration of a store. */
import type { Estate, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { StoreFact } from './addresses.ts';

export interface StoreKey {
  readonly id: NodeId;
  readonly name: string;
  readonly store: StoreFact;
  readonly readOnly: boolean;
}

export const storeKeys: (estate: Estate) => readonly StoreKey[] = perEstate((estate) =>
  estate.all('store.store').flatMap((store) =>
    store.data.keysInFile.map((name) => ({
      id: `store:Credential/${store.id.slice(store.id.indexOf('/') + 1)}/${name}`,
      name,
      store,
      readOnly: /read_?only/i.test(name),
    })),
  ),
);
