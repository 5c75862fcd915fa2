/** The evidence vault of an installation: its settings, its stores, its keys, and what takes which subject. */
import { join } from 'node:path';
import { type AnySnapshotter, FirebreakError } from '@firebreak/contract';
import type { DataSession } from '../connectors/data/session.ts';
import { snapshotters } from '../connectors/snapshots.ts';
import { custodian } from '../evidence/custody.ts';
import { ageSealing } from '../evidence/sealing/age.ts';
import { type Sealing, unsealed } from '../evidence/sealing/sealing.ts';
import { readVaultSettings, type VaultSettings } from '../evidence/settings.ts';
import { openStore } from '../evidence/stores/open-store.ts';
import type { EvidenceStore } from '../evidence/stores/store.ts';
import { createVault, type Vault } from '../evidence/vault.ts';
import type { Taker } from '../evidence/vault-parts.ts';
import { keyFromFile } from '../execution/seal.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ColdEvents } from '../storage/cold-events.ts';
import type { Transaction } from '../storage/database.ts';
import type { Storage } from '../storage/storage.ts';
import type { Target } from './joined-target.ts';
import { type KeptLog, requestLog } from './request-log.ts';
import { version } from './version.ts';

export interface VaultPlace {
  /** Data directory. */
  readonly data: string;
  /** Settings; `evidence.json` of the data directory when absent. */
  readonly file?: string | undefined;
  readonly storage: Storage;
  readonly coldEvents: ColdEvents;
  readonly ledger: Ledger<Transaction>;
  readonly clock: Clock;
  readonly target: Target | undefined;
  /** Whether people ask over a network: then only the folders that the settings name may be taken. */
  readonly remote: boolean;
}

/** @throws FirebreakError FB-EVIDENCE-SETTINGS, FB-EVIDENCE-STORE */
export async function openVault(place: VaultPlace): Promise<Vault> {
  const { data, storage, coldEvents, ledger, clock, target, remote } = place;
  const settings = await readVaultSettings(place.file ?? join(data, 'evidence.json'), join(data, 'evidence'));
  const stores = new Map<string, EvidenceStore>();
  for (const store of settings.stores) stores.set(store.name, await openStore(store, join(data, 'evidence-spool')));
  const folders: DataSession = { folders: remote ? settings.folders : 'any' };
  const log: KeptLog = { eventStore: storage.eventStore, coldEvents };
  const sessionsOf = (system: string): readonly unknown[] => {
    if (system === 'data') return [folders];
    return system === 'events' ? [log] : (target?.sessionsOf?.(system) ?? []);
  };
  const all: readonly AnySnapshotter[] = [...snapshotters, requestLog];
  return createVault({
    rows: storage.vaultStore,
    ledger,
    clock,
    custodian: custodian(version),
    settings,
    stores,
    sealing: await sealingsOf(settings),
    contentKey: await keyFromFile(join(data, 'keys', 'evidence.key')),
    snapshotters: all,
    taker: (subject): Taker | undefined => {
      for (const snapshotter of all) {
        const system = snapshotter.id.slice(0, snapshotter.id.indexOf('.'));
        if (system !== subject.system || !snapshotter.kinds.includes(subject.kind)) continue;
        const session = sessionsOf(system).find((each) => snapshotter.takes(subject, each));
        if (session !== undefined) return { snapshotter, session };
      }
      return undefined;
    },
  });
}

/** How new snapshots are sealed; and by kind, how those are opened that were sealed before the settings changed. */
async function sealingsOf({ seal }: VaultSettings): Promise<(kind?: Sealing['kind']) => Sealing> {
  const given = seal !== undefined && 'age' in seal ? seal : undefined;
  const age = ageSealing(given?.age ?? [], () => process.env.FIREBREAK_AGE_IDENTITY ?? given?.identity);
  // Its client is large, and most installations have none.
  const kms =
    seal !== undefined && 'kms' in seal ? (await import('../evidence/sealing/kms.ts')).kmsSealing(seal.kms) : undefined;
  const chosen = kms ?? (given === undefined ? unsealed : age);
  return (kind) => {
    if (kind === 'none') return unsealed;
    const wanted = kind === undefined ? chosen : kind === 'age' ? age : kms;
    if (wanted === undefined)
      throw new FirebreakError('FB-EVIDENCE-SEALED', 'It is sealed with KMS, and the settings name no key service.');
    return wanted;
  };
}
