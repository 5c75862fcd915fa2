/**
 * Writes of many steps in few transactions. Every write of a step is one commit to wait for, and commits to the one ledger
 * stand in line; so whatever is asked for while a transaction is under way shares the next one. A write resolves when it
 * is durable.
 */
import { type BlobRef, FirebreakError, type LedgerDraft } from '@firebreak/contract';
import { sha256Hex } from '../kernel/digest.ts';
import { type Ledger, maximumBlobBytes } from '../ledger/ledger.ts';
import type { ExecutionStore, Write, WriteResult } from './store.ts';

/** A blob and its content. */
export interface Blob extends BlobRef {
  readonly bytes: Uint8Array;
}

/** A ledger entry, and the content of the blobs that it names. */
export interface EvidenceEntry {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly blobs?: readonly Blob[];
}

export interface Journal {
  /** All of it in one transaction, or nothing when another worker has the row. */
  write(write: Write, evidence: readonly EvidenceEntry[]): Promise<WriteResult>;
}

/** Writes of one transaction, at most. */
const sharedWrites = 256;

interface Waiting {
  readonly write: Write;
  readonly evidence: readonly EvidenceEntry[];
  resolve(result: WriteResult): void;
  reject(error: unknown): void;
}

export function createJournal<Tx>(parts: {
  store: ExecutionStore<Tx>;
  ledger: Ledger<Tx>;
  worker: string;
  leaseMs: number;
}): Journal {
  const { store, ledger, worker, leaseMs } = parts;
  const actor = `worker:${worker}`;
  let waiting: Waiting[] = [];
  let draining = false;

  async function commit(calls: readonly Waiting[]): Promise<readonly WriteResult[]> {
    return store.transaction(async (tx) => {
      const results = await store.write(
        tx,
        worker,
        calls.map(({ write }) => write),
        leaseMs,
      );
      const kept = calls.filter((_, at) => results[at]?.result === 'written');
      await recordEvidence(
        { store, ledger },
        tx,
        kept.flatMap(({ write, evidence }) =>
          evidence.map((entry) => ({ ...entry, incident: write.claim.execution.incident, actor })),
        ),
      );
      return results;
    });
  }

  async function settle(calls: readonly Waiting[]): Promise<void> {
    try {
      const results = await commit(calls);
      calls.forEach((call, at) => {
        const result = results[at];
        if (result === undefined) call.reject(new Error('the store did not answer for a write'));
        else call.resolve(result);
      });
    } catch (error) {
      // nobody knows whether a commit came through when its answer is missing: writing again could tell things twice. The
      // rows come back when their leases end, and show it.
      const unknown = error instanceof FirebreakError && error.code === 'FB-STORAGE-UNAVAILABLE';
      if (unknown || calls.length === 1) for (const call of calls) call.reject(error);
      // one bad write must not take the others with it
      else for (const call of calls) await settle([call]);
    }
  }

  async function drain(): Promise<void> {
    if (draining) return;
    draining = true;
    while (waiting.length > 0) {
      const calls = waiting.slice(0, sharedWrites);
      waiting = waiting.slice(sharedWrites);
      await settle(calls);
    }
    draining = false;
  }

  return {
    write: (write, evidence) =>
      new Promise((resolve, reject) => {
        waiting.push({ write, evidence, resolve, reject });
        void drain();
      }),
  };
}

/** Blobs first and the ledger last: its lock is held until the commit. */
export async function recordEvidence<Tx>(
  { store, ledger }: { store: Pick<ExecutionStore<Tx>, 'putBlobs'>; ledger: Ledger<Tx> },
  tx: Tx,
  entries: readonly (EvidenceEntry & Pick<LedgerDraft, 'incident' | 'actor'>)[],
): Promise<void> {
  if (entries.length === 0) return;
  await store.putBlobs(
    tx,
    entries.flatMap(({ blobs = [] }) => blobs),
  );
  const drafts = entries.map(({ incident, kind, actor, body, blobs = [] }) => ({
    incident,
    kind,
    actor,
    body,
    blobs: blobs.map(({ name, mediaType, sha256, size }) => ({ name, mediaType, sha256, size })),
  }));
  await ledger.append(drafts, tx);
}

/** @throws RangeError for content that the ledger would not keep. */
export function blobOf(name: string, mediaType: string, bytes: Uint8Array): Blob {
  if (bytes.length > maximumBlobBytes) throw new RangeError(`${name} is longer than the ledger keeps`);
  return { name, mediaType, bytes, sha256: sha256Hex(bytes), size: bytes.length };
}
