import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { append } from '../../kubernetes/pods.ts';
import { bucketId, storageAddress, writeId } from '../../names/storage-uri.ts';
import { covers, datasetNode, storedIn } from '../../openlineage/datasets.ts';
import { servedModels } from '../../storage/served-models.ts';

export default {
  label: 'DATASET_SERVES',
  from: ['DatasetWrite'],
  to: ['InferenceService.serving.kserve.io'],
  needs: ['openlineage.dataset', 'kubernetes.model-workload'],
  techniques: ['AML.T0018', 'AML.T0010.003'],
  traverse: 'hours',
  explain: {
    what: 'Replaces the model that is loaded at the next start.',
    why: 'The served model is loaded from where this dataset lies.',
    cut: 'Pin the version of the model, or take away the right to write to it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

const servedByBucket: (
  estate: Estate,
) => ReadonlyMap<string, readonly { key: string; serving: string; fact: string }[]> = perEstate((estate) => {
  const byBucket = new Map<string, { key: string; serving: string; fact: string }[]>();
  for (const { uri, serving, model } of servedModels(estate)) {
    const address = storageAddress(uri);
    if (address?.kind === 'bucket')
      append(byBucket, bucketId(address.provider, address.bucket), { key: address.key, serving, fact: model.id });
  }
  return byBucket;
});

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const dataset of estate.all('openlineage.dataset'))
    for (const { bucket, key } of storedIn(dataset))
      for (const { key: served, serving: to, fact } of servedByBucket(estate).get(bucket) ?? [])
        if (covers(key, served) || covers(served, key))
          yield {
            from: writeId(datasetNode(estate, dataset.id)),
            to,
            facts: [dataset.id, fact],
            note: dataset.data.name,
          };
}
