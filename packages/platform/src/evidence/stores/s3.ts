/**
 * A bucket with Object Lock. Every blob is put with the SHA-256 that the server has to check, only if there is none of its name, and, when
 * it is to be kept, in compliance mode: until the date nobody removes or overwrites it, whoever owns the account included.
 *
 * Credentials are those of the environment, as every AWS program finds them.
 */
import { createReadStream } from 'node:fs';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { FirebreakError } from '@firebreak/contract';
import type { StoreSettings } from '../settings.ts';
import { PartUploads } from './s3-parts.ts';
import { scratchFolder } from './scratch.ts';
import type { EvidenceStore, SpooledBlob } from './store.ts';

/** What one request may carry; larger blobs go in parts. */
const wholeBytes = 64 * 1024 * 1024;
const partBytes = 16 * 1024 * 1024;

interface Bounds {
  readonly wholeBytes: number;
  readonly partBytes: number;
}

export function s3Store(
  { name, bucket, prefix, region, endpoint, pathStyle, objectLock }: Extract<StoreSettings, { kind: 's3' }>,
  scratch: string,
  bounds: Bounds = { wholeBytes, partBytes },
): EvidenceStore {
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    // What goes and what comes is hashed here in any case; the SDK would do it again, at each reading.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const uploads = new PartUploads(client, bounds.partBytes);
  const keyOf = (digest: string) => `${prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`}sha256/${digest}`;
  const place = (digest: string) => ({ Bucket: bucket, Key: keyOf(digest) });

  async function ask<T>(doing: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw trouble(error, `${doing} ${name}`);
    }
  }

  /** Undefined where there is no such object. */
  async function unlessAbsent<T>(doing: string, request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw trouble(error, `${doing} ${name}`);
    }
  }

  async function putWhole(blob: SpooledBlob, lock: ReturnType<typeof lockOf>, signal: AbortSignal): Promise<void> {
    await client.send(
      new PutObjectCommand({
        ...place(blob.sha256),
        ...lock,
        Body: createReadStream(blob.file),
        ContentLength: blob.size,
        ContentType: blob.mediaType,
        ChecksumSHA256: Buffer.from(blob.sha256, 'hex').toString('base64'),
        IfNoneMatch: '*',
      }),
      { abortSignal: signal },
    );
  }

  async function stateOf(digest: string, signal: AbortSignal) {
    const head = await unlessAbsent('Asking', () =>
      client.send(new HeadObjectCommand(place(digest)), { abortSignal: signal }),
    );
    if (head === undefined) return undefined;
    return {
      size: head.ContentLength ?? -1,
      lockedUntil: head.ObjectLockRetainUntilDate ?? null,
      held: head.ObjectLockLegalHoldStatus === 'ON',
    };
  }

  /** Once: a bucket that is thought to lock and does not would be found out when it is too late. */
  let asked: Promise<void> | undefined;
  function mustLock(): Promise<void> {
    asked ??= (async () => {
      if (!objectLock) return;
      const answer = await unlessAbsent('Asking for the lock of', () =>
        client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })),
      );
      if (answer?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return;
      throw new FirebreakError(
        'FB-EVIDENCE-STORE',
        `The bucket of ${name} is not there or has no Object Lock; say "objectLock": false if that is meant.`,
      );
    })().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  }

  return {
    name,
    kind: 's3',
    where: `s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`}`,
    lock: objectLock ? 'object-lock' : 'none',
    spool: () => scratchFolder(scratch),

    async put(blob, retainUntil, signal) {
      await mustLock();
      if ((await stateOf(blob.sha256, signal)) !== undefined) {
        if (objectLock && retainUntil !== null) await this.retain(blob.sha256, retainUntil, signal);
        return 'there';
      }
      const lock = lockOf(objectLock, retainUntil);
      try {
        if (blob.size <= bounds.wholeBytes) await putWhole(blob, lock, signal);
        else await uploads.put(blob, place(blob.sha256), lock, signal);
        return 'kept';
      } catch (error) {
        signal.throwIfAborted();
        // Somebody else put the same bytes in between, or is about to; with a date of their own.
        const isRace = statusOf(error) === 412 || statusOf(error) === 409;
        if (isRace && (await stateOf(blob.sha256, signal)) !== undefined) {
          if (retainUntil !== null) await this.retain(blob.sha256, retainUntil, signal);
          return 'there';
        }
        throw trouble(error, `Putting into ${name}`);
      }
    },

    async get(digest, signal) {
      const found = await unlessAbsent('Reading', () =>
        client.send(new GetObjectCommand(place(digest)), { abortSignal: signal }),
      );
      return found?.Body === undefined ? undefined : read(found.Body as AsyncIterable<Uint8Array>, name);
    },

    state: stateOf,

    async retain(digest, until, signal) {
      if (!objectLock) return;
      const state = await stateOf(digest, signal);
      if (state === undefined || (state.lockedUntil !== null && state.lockedUntil >= until)) return;
      const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: until };
      await ask('Locking in', () =>
        client.send(new PutObjectRetentionCommand({ ...place(digest), Retention }), { abortSignal: signal }),
      );
    },

    async hold(digest, held, signal) {
      if (!objectLock) return;
      const LegalHold = { Status: held ? ('ON' as const) : ('OFF' as const) };
      await ask('Holding in', () =>
        client.send(new PutObjectLegalHoldCommand({ ...place(digest), LegalHold }), { abortSignal: signal }),
      );
    },

    async remove(digest, signal) {
      // A bucket with Object Lock has versions: deleting without naming one only hides the object.
      const listed = await ask('Listing', () =>
        client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: keyOf(digest) }), { abortSignal: signal }),
      );
      const all = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
      const own = all.filter(({ Key }) => Key === keyOf(digest));
      for (const { VersionId } of own)
        await ask('Removing from', () =>
          client.send(new DeleteObjectCommand({ ...place(digest), VersionId }), { abortSignal: signal }),
        );
    },

    close: async () => client.destroy(),
  };
}

function lockOf(locks: boolean, retainUntil: Date | null) {
  return locks && retainUntil !== null
    ? { ObjectLockMode: 'COMPLIANCE' as const, ObjectLockRetainUntilDate: retainUntil }
    : {};
}

async function* read(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw trouble(error, `Reading from ${name}`);
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

const locked = new Set(['AccessDenied', 'ObjectLocked', 'InvalidObjectState', 'ObjectLockedException']);
const full = new Set(['EntityTooLarge', 'QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'NoSpaceLeft']);

function trouble(error: unknown, doing: string): FirebreakError {
  if (error instanceof FirebreakError) return error;
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : 'unknown error';
  const why = `${doing}: ${name}${status === undefined ? '' : ` (status ${status})`}.`;
  if (full.has(name) || status === 507) return new FirebreakError('FB-EVIDENCE-FULL', why, { cause: error });
  if (locked.has(name) && doing.startsWith('Removing'))
    return new FirebreakError('FB-EVIDENCE-LOCKED', why, { cause: error });
  return new FirebreakError('FB-EVIDENCE-STORE', why, { cause: error });
}
