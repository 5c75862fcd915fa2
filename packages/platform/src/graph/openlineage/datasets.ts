/**
 * Datasets of OpenLineage among the things of other systems. The naming specification gives the namespace the address of the
 * source: `s3://bucket`, `gs://bucket`, `postgres://host:port` with names `database.schema.table`. A table of a store that we read
 * is that store's collection; a file lies in its bucket, but is not the bucket.
 */
import { type Estate, type Fact, type FactId, type NodeId, storeName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { bucketId, storageAddress } from '../names/storage-uri.ts';

export type DatasetFact = Fact<'openlineage.dataset'>;

/** The node of each dataset: a collection's where it is one, else its own. By fact id. */
const nodes: (estate: Estate) => ReadonlyMap<FactId, NodeId> = perEstate((estate) => {
  const byId = new Map<FactId, NodeId>();
  for (const fact of estate.all('openlineage.dataset')) {
    const collection = namesOf(fact)
      .map(({ namespace, name }) => tableId(namespace, name))
      .find((id) => id !== undefined && estate.get('store.collection', id) !== undefined);
    byId.set(fact.id, collection ?? fact.id);
  }
  return byId;
});

export function datasetNode(estate: Estate, fact: FactId): NodeId {
  return nodes(estate).get(fact) ?? fact;
}

function tableId(namespace: string, name: string): NodeId | undefined {
  if (!/^postgres(ql)?:\/\//.test(namespace)) return undefined;
  const [database, ...table] = name.split('.');
  const store = storeName(`${namespace}/${database}`);
  return store === undefined || table.length !== 2 ? undefined : `store:Collection/${store}/${table.join('.')}`;
}

/** Its name, and the other names that it is known by. */
function namesOf({ data }: DatasetFact): readonly { readonly namespace: string; readonly name: string }[] {
  return [{ namespace: data.namespace, name: data.name }, ...data.symlinks];
}

export interface Stored {
  readonly bucket: NodeId;
  readonly key: string;
}

/** The buckets in which it lies, with the key. */
export function storedIn(fact: DatasetFact): readonly Stored[] {
  return namesOf(fact).flatMap(({ namespace, name }) => {
    const address = storageAddress(`${namespace.replace(/\/+$/, '')}/${name.replace(/^\/+/, '')}`);
    if (address?.kind !== 'bucket' || address.bucket === '') return [];
    return [{ bucket: bucketId(address.provider, address.bucket), key: address.key }];
  });
}

/** Whether one key is the other, or a folder above it. */
export function covers(folder: string, key: string): boolean {
  const clean = folder.replace(/\/+$/, '');
  return clean !== '' && (key === clean || key.startsWith(`${clean}/`));
}

/** What the producer calls a model, or what a training job puts out. */
export const models: (estate: Estate) => ReadonlySet<FactId> = perEstate((estate) => {
  const found = new Set<FactId>();
  for (const { id, data } of estate.all('openlineage.dataset')) if (/model/i.test(data.type ?? '')) found.add(id);
  for (const { data } of estate.all('openlineage.job'))
    if (/^(training|train|model_training|fine_?tuning)$/i.test(data.jobType ?? ''))
      for (const id of data.outputs) found.add(id);
  return found;
});
