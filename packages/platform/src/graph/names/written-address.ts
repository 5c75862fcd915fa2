/**
 * What a person or a tool writes to say which thing is meant, when it may be a thing of any system: a node id, an ARN, a
 * bucket or an image, a repository, a SPIFFE ID. Only what identifies: a bare name is nothing.
 */
import { awsId, type NodeId } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from './git-repository.ts';
import { spiffeNodeId } from './spiffe-id.ts';
import { bucketId, storageAddress } from './storage-uri.ts';

const nodeForm = /^[a-z][a-z0-9-]{0,31}:[A-Z][A-Za-z0-9.-]{0,127}\/./;
/** Hosts on which an address of two parts is a repository; elsewhere it must look like one. */
const codeHosts = /^(?:https:\/\/)?(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)\/[^/]+\/[^/]/i;
const cloneForm = /^(?:git\+|git@|ssh:\/\/git@|git:\/\/)|\.git$/;

/** Undefined for what names nothing that we could know. */
export function nodeOfAddress(written: string): NodeId | undefined {
  const address = written.trim();
  if (address.length > 2048) return undefined;
  if (nodeForm.test(address)) return address;
  if (address.startsWith('arn:')) return awsId(withoutObjectKey(address));
  if (address.startsWith('spiffe://')) return spiffeNodeId(address);
  const storage = storageAddress(address);
  if (storage?.kind === 'bucket' && storage.bucket !== '') return bucketId(storage.provider, storage.bucket);
  if (storage?.kind === 'image') return storage.id;
  if (!codeHosts.test(address) && !cloneForm.test(address)) return undefined;
  const repository = gitRepositoryName(address);
  return repository === undefined ? undefined : gitRepositoryId(repository);
}

/** An S3 object's ARN is that of its bucket here. */
function withoutObjectKey(arn: string): string {
  const match = /^(arn:[^:]*:s3:::[^/]+)/.exec(arn);
  return match?.[1] ?? arn;
}
