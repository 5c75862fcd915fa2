/** What runs were trained on: datasets by name and digest, and the buckets that they and the versions lie in. */
import { type Estate, type FactId, mlflowId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { writeId } from '../names/storage-uri.ts';
import { type ArtifactPlace, placeOf } from './models.ts';

export interface RecordedDataset {
  readonly content: NodeId;
  readonly write: NodeId;
  readonly name: string;
  readonly digest: string;
  readonly source: string | undefined;
  readonly context: string | undefined;
  readonly run: FactId;
}

/** One entry for each use by a run. */
export const datasetsOf: (estate: Estate) => readonly RecordedDataset[] = perEstate((estate) =>
  estate.all('mlflow.run').flatMap(({ id: run, data }) =>
    data.datasets.map(({ name, digest, source, context }) => {
      const content = mlflowId('Dataset', data.server, `${name}@${digest}`);
      return { content, write: writeId(content), name, digest, source, context, run };
    }),
  ),
);

type BucketPlace = Extract<ArtifactPlace, { kind: 'bucket' }>;

export const namedBuckets: (estate: Estate) => readonly { readonly place: BucketPlace; readonly fact: FactId }[] =
  perEstate((estate) => {
    const found = new Map<NodeId, { readonly place: BucketPlace; readonly fact: FactId }>();
    const note = (uri: string | undefined, fact: FactId) => {
      const place = placeOf(uri);
      if (place?.kind === 'bucket' && !found.has(place.content)) found.set(place.content, { place, fact });
    };
    for (const { source, run } of datasetsOf(estate)) note(source, run);
    for (const { id, data } of estate.all('mlflow.model-version')) note(data.storage, id);
    return [...found.values()];
  });
