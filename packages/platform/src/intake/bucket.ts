/**
 * Objects of an S3 bucket as files that are read: `s3://bucket/prefix`. Credentials, region and endpoint are those of the environment, as
 * every AWS program finds them; they need `s3:ListBucket` on the bucket and `s3:GetObject` below the prefix, and `kms:Decrypt` where
 * objects are encrypted with a key of KMS.
 */
import { FirebreakError } from '@firebreak/contract';
import { ReadingFailed } from './documents/read-documents.ts';
import { printable } from './foreign.ts';
import { gap } from './gap.ts';

export interface BucketObject {
  readonly key: string;
  /** Changes with its content. */
  readonly etag: string;
  /** When it was written, in milliseconds. */
  readonly written: number;
  readonly bytes: number;
}

export interface Bucket {
  /** As it was given. */
  readonly address: string;
  /** For people and as a place: `s3://bucket/key`. */
  locator(key: string): string;
  /** Every object below the prefix, in the order of keys. @throws FirebreakError FB-SOURCE-UNREADABLE */
  list(signal: AbortSignal): AsyncGenerator<BucketObject>;
  /**
   * Its bytes, of this content and no later one. A connection that breaks off, or that a reader who takes his time lets go, is taken up
   * where it stood.
   *
   * @throws ReadingFailed; `ObjectGone` where trying again is of no use
   */
  read(object: BucketObject, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  close(): void;
}

/** It is not there any more, not as it was listed, or only in an archive. */
export class ObjectGone extends ReadingFailed {}

/** A body that stands still for so long has broken off. */
const stillMs = 30_000;
/** Attempts that bring no byte. */
const mostInVain = 3;
const mostFiles = 100_000;
/** AWS has keys of 1,024 bytes. */
const longestLocator = 1200;
const gone = new Set(['NoSuchKey', 'PreconditionFailed', 'InvalidObjectState', 'NotFound']);
const refused = new Set(['AccessDenied', 'NoSuchBucket']);

export function isBucketAddress(path: string): boolean {
  return path.startsWith('s3://');
}

/** @throws FirebreakError FB-USAGE when it names no bucket */
export async function openBucket(address: string): Promise<Bucket> {
  const [, Bucket, Prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (Bucket === undefined) throw new FirebreakError('FB-USAGE', `${printable(address)} is no s3://bucket/prefix.`);
  const s3 = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env;
  const client = new s3.S3Client({
    forcePathStyle: (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 5000, socketTimeout: stillMs },
  });
  const locator = (key: string) => printable(`s3://${Bucket}/${key}`, longestLocator);
  async function* from({ key, etag }: BucketObject, at: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const part = at === 0 ? {} : { Range: `bytes=${at}-` };
    const { Body } = await client.send(
      new s3.GetObjectCommand({ Bucket, Key: key, ...(etag === '' ? {} : { IfMatch: etag }), ...part }),
      { abortSignal: signal },
    );
    yield* Body as AsyncIterable<Uint8Array>;
  }
  return {
    address,
    locator,
    async *list(signal) {
      for (let ContinuationToken: string | undefined; ; ) {
        const page = await client
          .send(new s3.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }), { abortSignal: signal })
          .catch((cause: unknown) => {
            signal.throwIfAborted();
            const why = `${printable(address)} cannot be listed (${nameOf(cause)}): it takes s3:ListBucket on the bucket, and AWS_REGION.`;
            throw new FirebreakError('FB-SOURCE-UNREADABLE', why, { cause });
          });
        for (const { Key, ETag = '', LastModified, Size = 0 } of page.Contents ?? [])
          if (Key !== undefined) yield { key: Key, etag: ETag, written: LastModified?.getTime() ?? 0, bytes: Size };
        ContinuationToken = page.NextContinuationToken;
        if (ContinuationToken === undefined) return;
      }
    },
    async *read(object, signal) {
      let at = 0;
      for (let inVain = 0; ; ) {
        try {
          for await (const chunk of from(object, at, signal)) {
            at += chunk.byteLength;
            inVain = 0;
            yield chunk;
          }
          return;
        } catch (error) {
          signal.throwIfAborted();
          if (at > 0 && at === object.bytes) return;
          inVain += 1;
          const name = nameOf(error);
          // Without its tag nobody knows whether the rest is of the same content.
          if (!gone.has(name) && !refused.has(name) && inVain < mostInVain && (at === 0 || object.etag !== ''))
            continue;
          const why = gap('FB-SOURCE-UNREADABLE', ['*'], locator(object.key), `It cannot be read (${name}).`);
          throw gone.has(name) ? new ObjectGone(why) : new ReadingFailed(why);
        }
      }
    },
    close: () => client.destroy(),
  };
}

/** Whether what a listing failed with may be over by itself: nobody refused it. */
export function mayPass(error: unknown): boolean {
  const cause = error instanceof FirebreakError && error.code === 'FB-SOURCE-UNREADABLE' ? error.cause : undefined;
  if (!(cause instanceof Error)) return false;
  const { httpStatusCode: status } = ('$metadata' in cause ? cause.$metadata : {}) as { httpStatusCode?: number };
  // Below 400 the answer began well and broke off; without a status there was none.
  return status === undefined || status < 400 || status >= 500 || status === 429;
}

/** The objects that are wanted, by their keys, as files. @throws FirebreakError FB-SOURCE-UNREADABLE, FB-USAGE */
export async function* bucketFiles(address: string, wanted: (key: string) => boolean, signal: AbortSignal) {
  const bucket = await openBucket(address);
  let files = 0;
  try {
    for await (const object of bucket.list(signal)) {
      if (!wanted(object.key)) continue;
      files += 1;
      const name = bucket.locator(object.key);
      if (files > mostFiles) {
        const why = `More than ${mostFiles} files: the rest was not read.`;
        yield { name, chunks: { gap: gap('FB-FILE-TOO-LARGE', ['*'], printable(address), why) } };
        return;
      }
      yield { name, chunks: bucket.read(object, signal) };
    }
  } finally {
    bucket.close();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? printable(error.name) : 'unknown error';
}
