/** What a bucket is used for, by who loads from it and writes to it: models before data. */
import type { Estate, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { storageAddress } from '../names/storage-uri.ts';
import { workloadsOf } from './workloads.ts';

export interface BucketUse {
  readonly class: 'model' | 'dataset';
  readonly why: string;
}

export const bucketUses: (estate: Estate) => ReadonlyMap<NodeId, BucketUse> = perEstate((estate) => {
  const uses = new Map<NodeId, BucketUse>();
  const put = (bucket: NodeId, use: BucketUse) => {
    const known = uses.get(bucket);
    if (known === undefined || (known.class === 'dataset' && use.class === 'model')) uses.set(bucket, use);
  };
  for (const { data } of workloadsOf(estate))
    for (const { bucket, as } of data)
      put(
        bucket,
        as === 'its model'
          ? { class: 'model', why: 'models are served from it' }
          : { class: 'dataset', why: `it holds ${as}` },
      );
  for (const { data } of estate.all('aws.training-job')) put(...trained(data.S3ModelArtifacts ?? data.S3OutputPath));
  for (const { data } of estate.all('aws.custom-model')) put(...trained(data.outputS3Uri));
  return uses;
});

function trained(uri: string | undefined): [NodeId, BucketUse] {
  const address = uri === undefined ? undefined : storageAddress(uri);
  const bucket = address?.kind === 'bucket' ? address.bucket : '';
  return [`aws:Bucket/arn:aws:s3:::${bucket}`, { class: 'model', why: 'trained models are written to it' }];
}
