/**
 * The evidence ledger: one append-only Merkle log for the installation, and the blobs that its entries name.
 *
 * What must stay true:
 *
 * - What is appended in a caller's transaction is there exactly when the rest of that transaction is.
 * - Appenders stand in line behind the store's lock from their first append to their commit. Who appends in a transaction
 *   of their own should therefore do so last.
 * - Entries name only blobs that are there, so that an export never lacks one.
 * - A checkpoint is signed only for trees of committed entries. The log being append-only, any two checkpoints are then
 *   consistent, and signing an older size again says nothing new.
 */
import { type BlobRef, FirebreakError, type LedgerDraft, type LedgerEntry } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { checkpointText } from './checkpoint.ts';
import { CompactRange } from './compact-range.ts';
import { exportedKind } from './evidence-format.ts';
import { hashLeaves } from './hash-many.ts';
import { type NoteSigner, signNote } from './note.ts';
import { consistencyProof, inclusionProof, rootOf } from './proof.ts';
import { entryOf, type PreparedEntry, prepareEntry, recordBytes } from './record.ts';
import type { AppendBatch, LedgerStore, NewEntry, NewNode, StoredEntry } from './store.ts';
import { tileReader } from './tile-reader.ts';

/** No blob is longer. */
export const maximumBlobBytes = 64 * 1024 * 1024;

/** What one append made: place in the log and entry, in the order of the drafts. */
interface Appended {
  readonly indexes: readonly number[];
  readonly entries: readonly LedgerEntry[];
}

/** An entry with its exact bytes. */
export interface LedgerRecord extends StoredEntry {
  readonly entry: LedgerEntry;
}

/** @typeParam Tx the store's transaction handle. */
export interface Ledger<Tx> {
  /** Name of the log, and of the key that signs it. */
  readonly origin: string;
  /** The key that checks its checkpoints, in the form of C2SP signed notes. */
  readonly verifierKey: string;

  /**
   * Appends all drafts or none, in order. With `tx` they become part of that transaction. Without, they are durable when
   * the promise resolves; calls made while another commits share the next transaction, so many small appends are cheap.
   *
   * @throws FirebreakError `FB-LEDGER-ENTRY-REFUSED` for a draft that is no JSON, is longer than 1 MiB, or names a blob
   * that was not put before.
   */
  append(drafts: readonly LedgerDraft[], tx?: Tx): Promise<Appended>;

  /** Keeps bytes under their SHA-256, at most 64 MiB (`FB-LEDGER-ENTRY-REFUSED`). The same bytes again cost nothing. */
  putBlob(name: string, mediaType: string, bytes: Uint8Array, tx?: Tx): Promise<BlobRef>;
  getBlob(sha256: string): Promise<Uint8Array | undefined>;

  /**
   * Ends an incident's entries as of now: appends an `evidence.exported` that states their number, itself included, and
   * signs the tree of which it is the last leaf.
   *
   * @param more what else that entry says, and names
   * @throws FirebreakError `FB-NOT-FOUND` when the incident has no entry.
   */
  seal(
    incident: string,
    actor: string,
    more?: { readonly body: Readonly<Record<string, unknown>>; readonly blobs: readonly BlobRef[] },
  ): Promise<{ index: number; entry: LedgerEntry; checkpoint: string }>;

  /** Number of entries of the whole log. */
  size(): Promise<number>;
  /** The committed entries of an incident (`null`: of the installation), in order, read page by page. */
  entries(incident: string | null): AsyncGenerator<LedgerRecord>;

  /** Signed checkpoint of the tree, by default of the present one. */
  checkpoint(size?: number): Promise<string>;
  root(size: number): Promise<Uint8Array>;
  /** Inclusion proof of the entry at `index` in the tree of `size`. `FB-NOT-FOUND` when there is no such entry or tree. */
  proof(index: number, size: number): Promise<Uint8Array[]>;
  /** Consistency proof between two trees. */
  consistency(oldSize: number, size: number): Promise<Uint8Array[]>;
  /** Committed hashes of a tile level (`store.ts`), concatenated: what C2SP tlog-tiles serves. */
  hashes(level: number, start: number, count: number): Promise<Uint8Array>;
}

/** No shared transaction is larger, unless it is one call. */
const sharedEntries = 20_000;
const sharedBytes = 16 * 1024 * 1024;
/** What is hashed, and then written, in one go. */
const batchEntries = 1024;
const batchBytes = 1024 * 1024;
const pageSize = 256;

/** A call of `append` that waits for the next shared transaction. */
interface Waiting {
  readonly prepared: readonly PreparedEntry[];
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

export function createLedger<Tx>(parts: { store: LedgerStore<Tx>; signer: NoteSigner; clock: Clock }): Ledger<Tx> {
  const { store, signer, clock } = parts;
  const subtreesOf = tileReader((level, start, count) => store.hashes(level, start, count));
  const waiting: Waiting[] = [];
  let draining = false;

  function prepare(drafts: readonly LedgerDraft[]): PreparedEntry[] {
    const at = clock.now().toISOString();
    return drafts.map((draft) => prepareEntry(draft, at));
  }

  /** Writes under the lock. */
  async function write(tx: Tx, prepared: readonly PreparedEntry[]): Promise<Appended> {
    const indexes: number[] = [];
    const entries: LedgerEntry[] = [];
    if (prepared.length === 0) return { indexes, entries };
    const incidents = [...new Set(prepared.map(({ draft }) => draft.incident))];
    const position = await store.lockForAppend(tx, incidents);
    const nextSeq = new Map(incidents.map((incident, at) => [incident, position.nextSeqs[at] ?? 0]));
    const range = new CompactRange(position.size, position.frontier);
    function* batches(): Generator<AppendBatch> {
      for (const batch of batchesOf(prepared)) {
        const first = range.size;
        const written = batch.map((one, at): NewEntry => {
          const { incident } = one.draft;
          const incidentSeq = nextSeq.get(incident) ?? 0;
          nextSeq.set(incident, incidentSeq + 1);
          indexes.push(first + at);
          entries.push(entryOf(one, incidentSeq));
          return { incident, incidentSeq, record: recordBytes(one, incidentSeq) };
        });
        const leafHashes = hashLeaves(written.map(({ record }) => record));
        const nodes: NewNode[] = [];
        range.pushAll(leafHashes, nodes);
        yield { first, entries: written, leafHashes, nodes, frontier: range.frontier() };
      }
    }
    await store.append(tx, batches());
    return { indexes, entries };
  }

  /** Says which draft names a blob that is not there, or is there with another size. */
  async function blobProblem(tx: Tx, prepared: readonly PreparedEntry[]): Promise<FirebreakError | undefined> {
    const named = prepared.flatMap(({ draft }) => draft.blobs ?? []);
    if (named.length === 0) return undefined;
    const sizes = await store.blobSizes([...new Set(named.map(({ sha256 }) => sha256))], tx);
    const bad = named.find(({ sha256, size }) => sizes.get(sha256) !== size);
    if (bad === undefined) return undefined;
    return new FirebreakError('FB-LEDGER-ENTRY-REFUSED', `It names the blob ${bad.sha256}, which was not put before.`);
  }

  /** The calls that share the next transaction: as many as fit, and at least one. */
  function takeWaiting(): Waiting[] {
    let entries = 0;
    let bytes = 0;
    const end = waiting.findIndex(({ prepared }, at) => {
      entries += prepared.length;
      bytes += bytesOf(prepared);
      return at > 0 && (entries > sharedEntries || bytes > sharedBytes);
    });
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  /** One transaction after the other until nobody waits. A call with a bad draft fails alone. */
  async function drain(): Promise<void> {
    if (draining) return;
    draining = true;
    while (waiting.length > 0) {
      const calls = takeWaiting();
      try {
        const settle = await store.transaction(async (tx) => {
          const settled: (() => void)[] = [];
          const good: Waiting[] = [];
          for (const call of calls) {
            const problem = await blobProblem(tx, call.prepared);
            if (problem === undefined) good.push(call);
            else settled.push(() => call.reject(problem));
          }
          const { indexes, entries } = await write(
            tx,
            good.flatMap(({ prepared }) => prepared),
          );
          let from = 0;
          for (const call of good) {
            const to = from + call.prepared.length;
            const own = { indexes: indexes.slice(from, to), entries: entries.slice(from, to) };
            settled.push(() => call.resolve(own));
            from = to;
          }
          return settled;
        });
        for (const then of settle) then();
      } catch (error) {
        for (const call of calls) call.reject(error);
      }
    }
    draining = false;
  }

  async function requireTree(size: number): Promise<void> {
    const present = await store.size();
    if (!Number.isSafeInteger(size) || size < 0 || size > present) {
      throw new FirebreakError('FB-NOT-FOUND', `The log has ${present} entries; there is no tree of ${size}.`);
    }
  }

  const ledger: Ledger<Tx> = {
    origin: signer.name,
    verifierKey: signer.verifierKey,

    async append(drafts, tx) {
      const prepared = prepare(drafts);
      if (prepared.length === 0) return { indexes: [], entries: [] };
      if (tx === undefined) {
        return new Promise<Appended>((resolve, reject) => {
          waiting.push({ prepared, resolve, reject });
          void drain();
        });
      }
      const problem = await blobProblem(tx, prepared);
      if (problem !== undefined) throw problem;
      return write(tx, prepared);
    },

    async putBlob(name, mediaType, bytes, tx) {
      if (bytes.length > maximumBlobBytes) {
        throw new FirebreakError('FB-LEDGER-ENTRY-REFUSED', `A blob has at most ${maximumBlobBytes} bytes.`);
      }
      const sha256 = sha256Hex(bytes);
      await store.putBlob(sha256, bytes, tx);
      return { name, mediaType, sha256, size: bytes.length };
    },

    getBlob: (sha256) => store.getBlob(sha256),

    async seal(incident, actor, more = { body: {}, blobs: [] }) {
      const { indexes, entries } = await store.transaction(async (tx) => {
        const count = (await store.lockForAppend(tx, [incident])).nextSeqs[0] ?? 0;
        if (count === 0) throw new FirebreakError('FB-NOT-FOUND', 'The ledger has no entry of this incident.');
        const body = { ...more.body, entries: count + 1 };
        const prepared = prepare([{ incident, kind: exportedKind, actor, body, blobs: more.blobs }]);
        const problem = await blobProblem(tx, prepared);
        if (problem !== undefined) throw problem;
        return write(tx, prepared);
      });
      const [index] = indexes;
      const [entry] = entries;
      if (index === undefined || entry === undefined)
        throw new FirebreakError('FB-INTERNAL', 'The seal was not written.');
      return { index, entry, checkpoint: await ledger.checkpoint(index + 1) };
    },

    size: () => store.size(),

    async *entries(incident) {
      for (let seq = 0; ; ) {
        const page = await store.incidentEntries(incident, seq, pageSize);
        if (page.length === 0) return;
        seq += page.length;
        for (const { index, record } of page) {
          yield { index, record, entry: JSON.parse(Buffer.from(record).toString()) as LedgerEntry };
        }
      }
    },

    async checkpoint(size) {
      const leaves = size ?? (await store.size());
      const root = await ledger.root(leaves);
      return signNote(checkpointText({ origin: signer.name, size: leaves, root }), [signer]);
    },

    async root(size) {
      await requireTree(size);
      return rootOf(size, subtreesOf(size));
    },

    async proof(index, size) {
      await requireTree(size);
      if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
        throw new FirebreakError('FB-NOT-FOUND', `There is no entry ${index} in the tree of ${size}.`);
      }
      return inclusionProof(index, size, subtreesOf(size));
    },

    async consistency(oldSize, size) {
      await requireTree(size);
      if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size) {
        throw new FirebreakError('FB-NOT-FOUND', `There is no tree of ${oldSize} before the one of ${size}.`);
      }
      return consistencyProof(oldSize, size, subtreesOf(size));
    },

    hashes: (level, start, count) => store.hashes(level, start, count),
  };
  return ledger;
}

function bytesOf(prepared: readonly PreparedEntry[]): number {
  return prepared.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Pieces of a size that is worth a write. */
function* batchesOf(prepared: readonly PreparedEntry[]): Generator<readonly PreparedEntry[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, one] of prepared.entries()) {
    bytes += one.bytes;
    if (at > from && (at - from >= batchEntries || bytes > batchBytes)) {
      yield prepared.slice(from, at);
      from = at;
      bytes = one.bytes;
    }
  }
  yield prepared.slice(from);
}
