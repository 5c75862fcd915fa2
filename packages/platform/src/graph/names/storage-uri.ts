/**
 * Where a model or a dataset lies, by the address that those who load it write: KServe's storageUri, MLflow's artifact
 * location, OpenLineage's dataset. Joins are made on these and never on names.
 */
import type { NodeId } from '@firebreak/contract';
import { imageReference, imageRepositoryId } from './image-reference.ts';

export type StorageAddress =
  | { readonly kind: 'bucket'; readonly provider: 's3' | 'gs' | 'azure'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'image'; readonly id: NodeId }
  | { readonly kind: 'registered-model'; readonly name: string; readonly version: string | undefined }
  | { readonly kind: 'hub'; readonly repository: string }
  | { readonly kind: 'claim'; readonly claim: string; readonly path: string };

/** Undefined for what is no address that we know. */
export function storageAddress(uri: string): StorageAddress | undefined {
  const parsed = /^([a-z0-9+.-]{1,20}):\/{1,2}([^\s?#]{1,2048})/i.exec(uri);
  if (parsed === null) return undefined;
  const [, scheme = '', rest = ''] = parsed;
  const slash = rest.indexOf('/');
  const [first, key] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  switch (scheme.toLowerCase()) {
    case 's3':
    case 's3a':
    case 's3n':
      return { kind: 'bucket', provider: 's3', bucket: first, key };
    case 'gs':
    case 'gcs':
      return { kind: 'bucket', provider: 'gs', bucket: first, key };
    case 'abfs':
    case 'abfss':
    case 'wasb':
    case 'wasbs':
      return { kind: 'bucket', provider: 'azure', bucket: first, key };
    case 'oci': {
      const image = imageReference(rest);
      return image === undefined ? undefined : { kind: 'image', id: imageRepositoryId(image) };
    }
    case 'models': {
      const [name = '', alias] = first.split('@');
      return { kind: 'registered-model', name, version: alias === undefined ? key || undefined : `@${alias}` };
    }
    case 'hf':
    case 'huggingface':
      return { kind: 'hub', repository: rest };
    case 'pvc':
      return { kind: 'claim', claim: first, path: key };
    default:
      return undefined;
  }
}

/** The node of a bucket: AWS's own for S3, whose names are unique across accounts; `<provider>:Bucket/<name>` for others. */
export function bucketId(provider: 's3' | 'gs' | 'azure', bucket: string): NodeId {
  return provider === 's3' ? `aws:Bucket/arn:aws:s3:::${bucket}` : `${provider}:Bucket/${bucket}`;
}

/** The right to change the content of a data node: `aws:Bucket/x` → `aws:BucketWrite/x`. See docs/decisions/0003. */
export function writeId(data: NodeId): NodeId {
  const slash = data.indexOf('/');
  return `${data.slice(0, slash)}Write${data.slice(slash)}`;
}
