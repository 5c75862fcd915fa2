/** What the vault is put together from; each of its verbs takes what it needs of it. */
import type { AnySnapshotter, SnapshotSubject } from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Custodian } from './custody.ts';
import type { Sealing } from './sealing/sealing.ts';
import type { VaultSettings } from './settings.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { SealingKind, VaultStore } from './vault-store.ts';

/** What takes a subject, with the session that it is in. */
export interface Taker {
  readonly snapshotter: AnySnapshotter;
  readonly session: unknown;
}

export interface VaultParts<Tx> {
  readonly rows: VaultStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly custodian: Custodian;
  readonly settings: VaultSettings;
  readonly stores: ReadonlyMap<string, EvidenceStore>;
  /** How new snapshots are sealed, and how each kind is opened. */
  readonly sealing: (kind?: SealingKind) => Sealing;
  readonly contentKey: Uint8Array;
  /** Undefined when nothing that is open here takes it. */
  readonly taker: (subject: SnapshotSubject) => Taker | undefined;
  readonly snapshotters: readonly AnySnapshotter[];
}
