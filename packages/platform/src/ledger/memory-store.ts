/**
 * The log in memory: for work without a database, and for tests. It keeps the promises of the port that matter to callers:
 * transactions that leave no trace when they fail, appenders in line, reads that see only what is committed.
 *
 * Other twins can share its transactions: what they push to `onCommit` happens together with the ledger's part, in order
 * and without an await between.
 */
import { hashBytes } from './merkle.ts';
import type { AppendBatch, AppendPosition, LedgerStore, StoredEntry } from './store.ts';

export interface MemoryTransaction {
  /** Called on commit, in order; nothing of it happens on rollback. Must not throw. */
  readonly onCommit: (() => void)[];
  /** Called when the transaction ends either way. */
  readonly onEnd: (() => void)[];
}

interface Staged {
  readonly batches: AppendBatch[];
  readonly blobs: Map<string, Uint8Array>;
}

/** An empty log. */
export function memoryLedgerStore(): LedgerStore<MemoryTransaction> {
  const records: StoredEntry[] = [];
  const byIncident = new Map<string | null, StoredEntry[]>();
  const levels: Uint8Array[][] = [[]];
  const blobs = new Map<string, Uint8Array>();
  let frontier: Uint8Array = new Uint8Array(0);
  const staged = new WeakMap<MemoryTransaction, Staged>();
  let owner: MemoryTransaction | undefined;
  const waiting: (() => void)[] = [];

  function stage(tx: MemoryTransaction): Staged {
    const own = staged.get(tx);
    if (own === undefined) throw new Error('this transaction has ended or belongs to another store');
    return own;
  }

  function commit({ batches, blobs: newBlobs }: Staged): void {
    for (const [sha256, bytes] of newBlobs) blobs.set(sha256, bytes);
    for (const batch of batches) {
      batch.entries.forEach(({ incident, record }, at) => {
        const entry = { index: batch.first + at, record };
        records.push(entry);
        levels[0]?.push(new Uint8Array(batch.leafHashes.subarray(at * hashBytes, (at + 1) * hashBytes)));
        const siblings = byIncident.get(incident);
        if (siblings === undefined) byIncident.set(incident, [entry]);
        else siblings.push(entry);
      });
      for (const { level, index, hash } of batch.nodes) {
        levels[level] ??= [];
        if (levels[level].length !== index) throw new Error(`node ${level}/${index} is out of order`);
        levels[level].push(new Uint8Array(hash));
      }
      frontier = batch.frontier;
    }
  }

  async function lock(tx: MemoryTransaction): Promise<void> {
    while (owner !== tx) {
      if (owner === undefined) {
        owner = tx;
        tx.onEnd.push(() => {
          owner = undefined;
          waiting.shift()?.();
        });
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    }
  }

  return {
    async transaction(work) {
      const tx: MemoryTransaction = { onCommit: [], onEnd: [] };
      const own: Staged = { batches: [], blobs: new Map() };
      staged.set(tx, own);
      try {
        const result = await work(tx);
        commit(own);
        for (const then of tx.onCommit) then();
        return result;
      } finally {
        staged.delete(tx);
        for (const then of tx.onEnd) then();
      }
    },

    async lockForAppend(tx, incidents): Promise<AppendPosition> {
      const { batches } = stage(tx);
      await lock(tx);
      let size = records.length;
      const added = new Map<string | null, number>();
      for (const batch of batches) {
        size += batch.entries.length;
        for (const { incident } of batch.entries) added.set(incident, (added.get(incident) ?? 0) + 1);
      }
      return {
        size,
        frontier: new Uint8Array(batches.at(-1)?.frontier ?? frontier),
        nextSeqs: incidents.map((incident) => (byIncident.get(incident)?.length ?? 0) + (added.get(incident) ?? 0)),
      };
    },

    async append(tx, added) {
      if (owner !== tx) throw new Error('append without the lock');
      const { batches } = stage(tx);
      for (const batch of added) {
        const before = batches.at(-1);
        const size = before === undefined ? records.length : before.first + before.entries.length;
        if (batch.first !== size) throw new Error(`a batch from ${batch.first} on does not go on a log of ${size}`);
        batches.push({
          ...batch,
          entries: batch.entries.map((entry) => ({ ...entry, record: new Uint8Array(entry.record) })),
          leafHashes: new Uint8Array(batch.leafHashes),
          frontier: new Uint8Array(batch.frontier),
        });
      }
    },

    async size() {
      return records.length;
    },

    async hashes(level, start, count) {
      const found = levels[level]?.slice(start, start + count) ?? [];
      if (found.length !== count) throw new RangeError(`no ${count} hashes at level ${level} from ${start} on`);
      return Buffer.concat(found);
    },

    async entries(from, limit) {
      return records.slice(from, from + limit);
    },

    async incidentEntries(incident, fromSeq, limit) {
      return byIncident.get(incident)?.slice(fromSeq, fromSeq + limit) ?? [];
    },

    async putBlob(sha256, bytes, tx) {
      (tx === undefined ? blobs : stage(tx).blobs).set(sha256, new Uint8Array(bytes));
    },

    async blobSizes(sha256s, tx) {
      const own = tx === undefined ? undefined : stage(tx).blobs;
      const sizes = new Map<string, number>();
      for (const sha256 of sha256s) {
        const bytes = own?.get(sha256) ?? blobs.get(sha256);
        if (bytes !== undefined) sizes.set(sha256, bytes.length);
      }
      return sizes;
    },

    async getBlob(sha256) {
      return blobs.get(sha256);
    },
  };
}
