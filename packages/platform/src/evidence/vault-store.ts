/** What the vault needs from durable storage. The implementation is PostgreSQL (`storage/vault-store.ts`). */
import type { AuditState, Gap, Hold, KeptPiece, Snapshot } from '@firebreak/contract';

export type SealingKind = Snapshot['sealing'];

/** A snapshot with what only the vault may know. */
export interface SnapshotRow extends Omit<Snapshot, 'title' | 'pieces' | 'references' | 'bytes' | 'holds' | 'audit'> {
  /** Asked for twice under one key it is the same snapshot; null for those of people. */
  readonly key: string | null;
  /** The data key of its blobs as the key service wrapped it; null without one, and once it was destroyed. */
  readonly dataKey: Uint8Array | null;
}

/** A piece as the journal has it: once it is here, it is in the store and was read back. */
export interface PieceRow {
  readonly piece: KeptPiece;
  /** Opens the commitment to the clear bytes; null for what is not sealed. */
  readonly salt: Uint8Array | null;
  /** The seed of the salts of its fields. */
  readonly seed: Uint8Array | null;
  /** HMAC of the digest of the clear bytes under a key of this installation, to know the same content again. */
  readonly content: string | null;
  /** What its blob is sealed with, `none` included: the same content sealed otherwise is another blob. */
  readonly sealed: string;
}

export interface NewSnapshot
  extends Pick<
    SnapshotRow,
    | 'id'
    | 'incident'
    | 'subject'
    | 'snapshotter'
    | 'sealing'
    | 'by'
    | 'reason'
    | 'startedAt'
    | 'retainUntil'
    | 'key'
    | 'dataKey'
  > {
  readonly store: string;
}

/** @typeParam Tx the transaction handle that it shares with the ledger. */
export interface VaultStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  create(tx: Tx, snapshot: NewSnapshot): Promise<void>;
  get(id: string): Promise<SnapshotRow | null>;
  byKey(key: string): Promise<SnapshotRow | null>;
  /** The newest first, at most five hundred. */
  list(incident: string | undefined): Promise<readonly Snapshot[]>;
  shown(id: string): Promise<Snapshot | null>;

  /** Durable when it resolves. The same name again changes nothing. */
  keep(snapshot: string, row: PieceRow): Promise<void>;
  /** In the order of names, those after one; at most `limit`. */
  pieces(snapshot: string, after: string | undefined, limit: number): Promise<readonly PieceRow[]>;
  piece(snapshot: string, name: string): Promise<PieceRow | null>;
  /** A blob of any snapshot that stands in this store: by the content that it holds and how that is sealed. */
  known(store: string, content: string, sealed: string): Promise<{ sha256: string; size: number } | null>;
  /** Whether an unsealed blob of this digest is in the store by the journal. */
  has(store: string, sha256: string): Promise<boolean>;
  /** Of these blobs, those that a snapshot other than this one needs in the store. */
  shared(store: string, snapshot: string, sha256s: readonly string[]): Promise<ReadonlySet<string>>;

  /** @returns false when it is not in one of the states */
  change(
    tx: Tx,
    id: string,
    from: readonly Snapshot['state'][],
    to: {
      readonly state?: Snapshot['state'];
      readonly endedAt?: string;
      readonly reasons?: readonly Gap[];
      readonly manifest?: readonly string[];
      readonly retainUntil?: string;
      readonly dataKey?: null;
    },
  ): Promise<boolean>;
  /** Forgets the salts and seeds: what was committed to can no longer be opened. */
  forget(tx: Tx, id: string): Promise<void>;
  addCopy(tx: Tx, snapshot: string, store: string): Promise<void>;
  dropCopy(tx: Tx, snapshot: string, store: string): Promise<void>;
  hold(tx: Tx, hold: Hold): Promise<void>;
  /** @returns the hold, or null when none of this id stands */
  release(tx: Tx, id: string, by: string, at: string, reason: string): Promise<Hold | null>;
  audited(tx: Tx, id: string, state: AuditState, detail: string, at: string): Promise<void>;
}
