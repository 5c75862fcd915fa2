/**
 * The objects below a prefix of an S3 bucket: `data:Prefix/<bucket>/<prefix>`. Credentials and endpoint are those of the environment
 * (AWS_ENDPOINT_URL_S3). An object that is too large is locked where it lies, in compliance mode, if its bucket can do that.
 */
import type { _Object, S3Client } from '@aws-sdk/client-s3';
import { FirebreakError, type SnapshotPiece, type Snapshotter } from '@firebreak/contract';
import { gap } from '../../../intake/gap.ts';
import type { DataSession } from '../session.ts';

const mostObjects = 5_000_000;

export default {
  id: 'data.prefix',
  title: 'Prefix of an S3 bucket',
  kinds: ['Prefix'],
  permissions: ['s3:ListBucket', 's3:GetObject', 's3:PutObjectRetention for what is locked in place'],
  takes: () => true,
  async *take({ path }, _session, signal) {
    const [, bucket, prefix = ''] = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(path) ?? [];
    if (bucket === undefined)
      throw new FirebreakError('FB-EVIDENCE-SUBJECT', 'A prefix is data:Prefix/<bucket>/<prefix>.');
    const s3 = await import('@aws-sdk/client-s3');
    const client = new s3.S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined });
    let count = 0;
    let next: string | undefined;
    try {
      do {
        const page = await client
          .send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: next }), {
            abortSignal: signal,
          })
          .catch((error: unknown) => named(error));
        if (typeof page === 'string') {
          yield {
            missing: gap('FB-EVIDENCE-PARTIAL', ['*'], `s3://${bucket}/${prefix}`, `It cannot be listed (${page}).`),
          };
          return;
        }
        for (const object of page.Contents ?? []) {
          count += 1;
          if (count > mostObjects) {
            yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], path, `More than ${mostObjects} objects.`) };
            return;
          }
          yield await objectOf(s3, client, bucket, object, signal);
        }
        next = page.NextContinuationToken;
      } while (next !== undefined);
    } finally {
      // Pieces are read after they were told; the client ends with the work.
      signal.addEventListener('abort', () => client.destroy(), { once: true });
    }
  },
} satisfies Snapshotter<DataSession>;

async function objectOf(
  s3: typeof import('@aws-sdk/client-s3'),
  client: S3Client,
  bucket: string,
  { Key = '', Size, ETag }: _Object,
  signal: AbortSignal,
): Promise<SnapshotPiece> {
  const about = { Bucket: bucket, Key };
  const head = await client
    .send(new s3.HeadObjectCommand({ ...about, ChecksumMode: 'ENABLED' }), { abortSignal: signal })
    .catch(() => undefined);
  const checksum = head?.ChecksumType === 'COMPOSITE' ? undefined : head?.ChecksumSHA256;
  const version = head?.VersionId === undefined ? {} : { VersionId: head.VersionId };
  return {
    name: Key,
    mediaType: head?.ContentType ?? 'application/octet-stream',
    ...(Size === undefined ? {} : { size: Size }),
    ...(checksum === undefined || checksum.includes('-')
      ? {}
      : { digest: `sha256:${Buffer.from(checksum, 'base64').toString('hex')}` }),
    at: `s3://${bucket}/${Key}${head?.VersionId === undefined ? '' : `?versionId=${head.VersionId}`}`,
    bytes: read(s3, client, { ...about, ...version, ...(ETag === undefined ? {} : { IfMatch: ETag }) }, signal),
    lock: async (until, ended) => {
      const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: until };
      await client.send(new s3.PutObjectRetentionCommand({ ...about, ...version, Retention }), { abortSignal: ended });
      return `Object Lock in compliance mode until ${until.toISOString()}`;
    },
  };
}

async function* read(
  s3: typeof import('@aws-sdk/client-s3'),
  client: S3Client,
  about: { readonly Bucket: string; readonly Key: string; readonly VersionId?: string; readonly IfMatch?: string },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const { Body } = await client.send(new s3.GetObjectCommand(about), { abortSignal: signal });
    yield* Body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    signal.throwIfAborted();
    throw new FirebreakError('FB-EVIDENCE-PARTIAL', `s3://${about.Bucket}/${about.Key}: ${named(cause)}.`, { cause });
  }
}

function named(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
