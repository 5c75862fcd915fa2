import type { AssetClass, GraphNode, NodeRule, ObjectMeta } from '@firebreak/contract';
import { assetOf, jewelOf, storageJewel } from '../../kubernetes/jewels.ts';

/** Storage is what is said to lie in it: a model, a dataset, or else a volume. */
export default {
  kinds: ['PersistentVolume', 'PersistentVolumeClaim', 'ConfigMap'],
  needs: ['kubernetes.persistent-volume', 'kubernetes.persistent-volume-claim', 'kubernetes.config-map'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.persistent-volume-claim'))
      yield storage(id, 'PersistentVolumeClaim', data.metadata, storageJewel(data.metadata.name));
    for (const { id, data } of estate.all('kubernetes.persistent-volume'))
      yield storage(id, 'PersistentVolume', data.metadata);
    for (const { id, data } of estate.all('kubernetes.config-map'))
      yield { ...storage(id, 'ConfigMap', data.metadata), class: classOf(data.metadata) ?? 'inventory' };
  },
} satisfies NodeRule;

function storage(
  id: string,
  kind: string,
  metadata: ObjectMeta,
  named?: { class: AssetClass; why: string },
): GraphNode {
  const jewel = jewelOf(metadata, named?.why);
  return {
    id,
    kind,
    class: classOf(metadata) ?? named?.class ?? 'volume',
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: metadata.labels,
    facts: [id],
    ...(jewel === undefined ? {} : { jewel }),
  };
}

function classOf(metadata: ObjectMeta): AssetClass | undefined {
  const asset = assetOf(metadata);
  return asset === 'model' || asset === 'dataset' || asset === 'artifact' ? asset : undefined;
}
