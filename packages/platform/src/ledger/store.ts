/**
 * The port: what the ledger needs from a database. `memory-store.ts` and PostgreSQL implement it, `store-conformance.ts`
 * says what both must do.
 *
 * What must stay true:
 *
 * - Entries, node hashes and blobs are written once and never changed or deleted.
 * - Indexes are gapless from 0, and so is `incidentSeq` within each incident (`null`, the installation itself, counts as
 *   one incident of its own). That holds because appenders stand in line: `lockForAppend` takes one lock for the whole
 *   log and keeps it until its transaction ends. A rolled-back transaction leaves no trace.
 * - The store never computes. Hashes, frontier and sequence numbers come from `ledger.ts`; the store keeps bytes.
 *
 * All hashes are 32 bytes; several are concatenated into one array. Indexes, sizes and levels are safe integers.
 */

/** A record as it was written. */
export interface StoredEntry {
  /** Place in the whole log, 0-based. */
  readonly index: number;
  /** The exact bytes that were hashed: canonical JSON in UTF-8. At most 1 MiB. */
  readonly record: Uint8Array;
}

export interface NewEntry {
  readonly incident: string | null;
  readonly incidentSeq: number;
  readonly record: Uint8Array;
}

/** The hash of a complete subtree of 256^level leaves: C2SP tlog-tiles' hash number `index` of tile level `level`. */
export interface NewNode {
  /** 1 or more; level 0 are the leaf hashes. */
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** A piece of an append, ready to be written. */
export interface AppendBatch {
  /** Index of `entries[0]`: the size of the log before this batch. */
  readonly first: number;
  readonly entries: readonly NewEntry[];
  /** 32 bytes for each entry, in order. */
  readonly leafHashes: Uint8Array;
  /** The nodes that this batch completes; on average one for every 255 entries. */
  readonly nodes: readonly NewNode[];
  /** The frontier of the log after this batch; its size is `first + entries.length`. */
  readonly frontier: Uint8Array;
}

/** Where the log stands, as its one permitted appender sees it. */
export interface AppendPosition {
  readonly size: number;
  /** What `AppendBatch.frontier` last said; no bytes for an empty log. At most 53 hashes. */
  readonly frontier: Uint8Array;
  /** For each incident asked for, in that order, the `incidentSeq` that its next entry gets. */
  readonly nextSeqs: readonly number[];
}

/** @typeParam Tx the handle of an open transaction, for example a `pg` client. */
export interface LedgerStore<Tx> {
  /** Runs `work` in a new transaction: commits when it resolves, rolls back and rethrows when it rejects. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  /**
   * Takes the appenders' lock, waiting for whoever has it, and says where the log stands, counting what this transaction
   * itself has appended. The lock is held until the transaction ends; taking it again in the same transaction is allowed.
   */
  lockForAppend(tx: Tx, incidents: readonly (string | null)[]): Promise<AppendPosition>;

  /**
   * Writes batches, at least one and none of them empty, in their order. Called under the lock only; the first goes on from the
   * lock's size, or from what this transaction has appended since, and each from the one before. They are made while they are
   * asked for: a store that asks for the next one while it writes lets hashing and writing go on at the same time.
   */
  append(tx: Tx, batches: Iterable<AppendBatch>): Promise<void>;

  /** Number of committed entries. */
  size(): Promise<number>;

  /**
   * Committed hashes `start` to `start + count - 1` of a tile level: leaf hashes at level 0, nodes above. `count` is 1 to
   * 256. Asking for one that is not there is a mistake of the caller: rejects.
   */
  hashes(level: number, start: number, count: number): Promise<Uint8Array>;

  /**
   * Committed entries of the whole log, by index from `from` on. Returns at most `limit`; fewer also where that keeps a
   * page small, but none only when there is none.
   */
  entries(from: number, limit: number): Promise<readonly StoredEntry[]>;

  /** The same for one incident, by `incidentSeq` from `fromSeq` on. */
  incidentEntries(incident: string | null, fromSeq: number, limit: number): Promise<readonly StoredEntry[]>;

  /** Keeps bytes under their hex SHA-256, which the caller has computed. Again with the same digest: nothing happens. */
  putBlob(sha256: string, bytes: Uint8Array, tx?: Tx): Promise<void>;

  /** The sizes in bytes of those of the named blobs that are there, by digest; with `tx`, also its own uncommitted ones. */
  blobSizes(sha256s: readonly string[], tx?: Tx): Promise<ReadonlyMap<string, number>>;

  /** The bytes of a committed blob. */
  getBlob(sha256: string): Promise<Uint8Array | undefined>;
}
