/**
 * A large blob into S3 in parts, some of them on their way at the same time: one connection carries less than a network or a disk takes.
 *
 * What must stay true: the bytes of all parts under way, of all blobs of a store, fit into a bound; an upload that fails is aborted after
 * its last part has come to its end, so that nothing of it stays behind.
 */
import { open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { sha256 } from '../../kernel/digest.ts';
import type { SpooledBlob } from './store.ts';

/** An upload has no more; parts of a very large blob are larger. */
const mostParts = 10_000;
const mostAtOnce = 4;

/** Where it goes, as the SDK names it. */
interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

export class PartUploads {
  readonly #client: S3Client;
  readonly #partBytes: number;
  /** Bytes of parts that may still be read. */
  #room: number;
  readonly #waiting: (() => void)[] = [];

  constructor(client: S3Client, partBytes: number) {
    this.#client = client;
    this.#partBytes = partBytes;
    this.#room = mostAtOnce * partBytes;
  }

  /** @param more what else the object is created with @throws what the SDK throws */
  async put(blob: SpooledBlob, place: Place, more: object, signal: AbortSignal): Promise<void> {
    const client = this.#client;
    const begun = await client.send(
      new CreateMultipartUploadCommand({ ...place, ...more, ContentType: blob.mediaType, ChecksumAlgorithm: 'SHA256' }),
    );
    const upload = { ...place, UploadId: begun.UploadId };
    try {
      const Parts = await this.#parts(blob, upload, signal);
      await client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
      );
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async #parts(blob: SpooledBlob, upload: Place & { readonly UploadId: string | undefined }, signal: AbortSignal) {
    const size = Math.max(this.#partBytes, Math.ceil(blob.size / mostParts));
    const count = Math.ceil(blob.size / size);
    const parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string }[] = [];
    const handle = await open(blob.file, 'r');
    let next = 0;
    const some = async () => {
      for (let index = next++; index < count; index = next++) {
        const at = index * size;
        const room = await this.#roomFor(Math.min(size, blob.size - at));
        try {
          const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(room.bytes), 0, room.bytes, at);
          const Body = buffer.subarray(0, bytesRead);
          const part = { PartNumber: index + 1, ChecksumSHA256: Buffer.from(sha256(Body)).toString('base64') };
          const { ETag } = await this.#client.send(new UploadPartCommand({ ...upload, ...part, Body }), {
            abortSignal: signal,
          });
          parts[index] = { ...part, ETag };
        } catch (error) {
          next = count;
          throw error;
        } finally {
          room.leave();
        }
      }
    };
    try {
      const ends = await Promise.allSettled(Array.from({ length: mostAtOnce }, some));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      await handle.close();
    }
    return parts;
  }

  /** A part that is larger than all of the room waits for all of it. */
  async #roomFor(bytes: number): Promise<{ readonly bytes: number; leave(): void }> {
    const taken = Math.min(bytes, mostAtOnce * this.#partBytes);
    while (this.#room < taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#room -= taken;
    const leave = () => {
      this.#room += taken;
      for (const wake of this.#waiting.splice(0)) wake();
    };
    return { bytes, leave };
  }
}
