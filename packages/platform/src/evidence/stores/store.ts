/**
 * The port: a place that keeps evidence by digest. `folder.ts`, `s3.ts` and `oci.ts` implement it, `store-conformance.ts` says what
 * all must do.
 *
 * What must stay true:
 *
 * - What was put is never overwritten, by us least of all: the same digest again is the same thing.
 * - `put` resolves when the bytes are durable. Whoever puts reads back and compares; a store is believed nothing.
 * - A failure is a FirebreakError: `FB-EVIDENCE-FULL` without room, `FB-EVIDENCE-LOCKED` for what may not be removed yet,
 *   `FB-EVIDENCE-STORE` for the rest.
 */
import type { EvidenceStoreView } from '@firebreak/contract';

/** A file that was written to the store's `spool` and closed; that it is durable is the store's business. */
export interface SpooledBlob {
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
}

/** What a store says of a blob that it has. */
export interface BlobState {
  readonly size: number;
  /** Until when the store itself refuses to remove it; null for no date. */
  readonly lockedUntil: Date | null;
  /** Whether the store itself holds it without a date. */
  readonly held: boolean;
}

/** What a snapshot is, for stores that can tie its blobs together. */
export interface SnapshotLabel {
  readonly id: string;
  readonly subject: string;
  /** Of the snapshot's manifest pages and of its blobs. */
  readonly manifest: readonly string[];
  readonly blobs: AsyncIterable<{ readonly sha256: string; readonly size: number; readonly mediaType: string }>;
}

export interface EvidenceStore {
  readonly name: string;
  readonly kind: EvidenceStoreView['kind'];
  /** Without credentials. */
  readonly where: string;
  readonly lock: EvidenceStoreView['lock'];
  /** A folder that files may be written to before they are put; as near to the store as can be. */
  spool(): Promise<string>;
  /** Takes the file over or copies it; the caller removes what is left of it. */
  put(blob: SpooledBlob, retainUntil: Date | null, signal: AbortSignal): Promise<'kept' | 'there'>;
  /** The bytes as they are there, unverified; undefined when there is no such blob. */
  get(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  state(sha256: string, signal: AbortSignal): Promise<BlobState | undefined>;
  /** Makes the date later, never earlier; nothing where the store keeps no dates. */
  retain(sha256: string, until: Date, signal: AbortSignal): Promise<void>;
  /** Holds it or releases it in the store itself; nothing where the store knows no holds. */
  hold(sha256: string, held: boolean, signal: AbortSignal): Promise<void>;
  /** Removes it; nothing when it is not there. */
  remove(sha256: string, signal: AbortSignal): Promise<void>;
  /** Called when a snapshot is whole, and again when it is destroyed. */
  label?(snapshot: SnapshotLabel, signal: AbortSignal): Promise<void>;
  unlabel?(snapshot: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
