/** A vault on a real database, over stores and snapshotters of a test. */
import type { AnySnapshotter, BytesPiece, LedgerEntry, SnapshotPiece } from '@firebreak/contract';
import { settableClock } from '../../kernel/settable-clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger, type Ledger } from '../../ledger/ledger.ts';
import type { Transaction } from '../../storage/database.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { custodian } from '../custody.ts';
import { type Sealing, unsealed } from '../sealing/sealing.ts';
import type { EvidenceStore } from '../stores/store.ts';
import { createVault, type Vault } from '../vault.ts';

export interface TestVault {
  readonly vault: Vault;
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  readonly clock: ReturnType<typeof settableClock>;
  entries(): Promise<readonly LedgerEntry[]>;
  close(): Promise<void>;
}

/** What `test:Thing/…` consists of is told by each test. */
export type Pieces = (signal: AbortSignal) => AsyncIterable<SnapshotPiece> | Iterable<SnapshotPiece>;

export async function openTestVault(
  url: string,
  stores: readonly EvidenceStore[],
  pieces: Pieces,
  options: { readonly sealing?: Sealing; readonly largestBytes?: number } = {},
): Promise<TestVault> {
  const storage = await openStorage({ url });
  const clock = settableClock('2026-05-01T00:00:00.000Z');
  const ledger = createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock });
  const { sealing = unsealed, largestBytes = 1 << 30 } = options;
  const thing: AnySnapshotter = {
    id: 'test.thing',
    title: 'Thing',
    kinds: ['Thing'],
    permissions: [],
    takes: () => true,
    async *take(_subject, _session, signal) {
      yield* pieces(signal);
    },
  };
  const vault = createVault({
    rows: storage.vaultStore,
    ledger,
    clock,
    custodian: custodian('0.0.0-test'),
    settings: {
      stores: stores.map(({ name }) => ({ name, kind: 'folder', path: '/' })),
      retainDays: 0,
      largestBytes,
      folders: [],
      beforeDestruction: 'require',
    },
    stores: new Map(stores.map((store) => [store.name, store])),
    sealing: () => sealing,
    contentKey: Buffer.alloc(32, 5),
    taker: ({ system, kind }) =>
      system === 'test' && kind === 'Thing' ? { snapshotter: thing, session: undefined } : undefined,
    snapshotters: [thing],
  });
  return {
    vault,
    storage,
    ledger,
    clock,
    async entries() {
      const found: LedgerEntry[] = [];
      for await (const { entry } of ledger.entries(null)) found.push(entry);
      return found;
    },
    async close() {
      await vault.close();
      await storage.close();
    },
  };
}

/** A piece of these bytes, in two chunks. */
export function pieceOf(name: string, content: string | Uint8Array, more: Partial<BytesPiece> = {}): BytesPiece {
  const bytes = Buffer.from(content);
  return {
    name,
    mediaType: name.endsWith('.json') ? 'application/json' : 'application/octet-stream',
    bytes: (async function* () {
      yield bytes.subarray(0, bytes.length >> 1);
      yield bytes.subarray(bytes.length >> 1);
    })(),
    ...more,
  };
}
