/** All stores on one PostgreSQL: the embedded one of a data directory, or the one that a URL names. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RotationStore } from '../detection/secrets/rotation.ts';
import type { EventStore, EventWish } from '../events/store.ts';
import type { VaultStore } from '../evidence/vault-store.ts';
import type { ApprovalStore } from '../execution/approval/store.ts';
import type { ExecutionStore } from '../execution/store.ts';
import type { FactHistory } from '../facts/history.ts';
import type { IncidentStore } from '../incidents/store.ts';
import type { ReviewStore } from '../inventory/reviews/store.ts';
import type { CaseStore } from '../investigation/cases/store.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { LedgerStore } from '../ledger/store.ts';
import type { VouchingStore } from '../ledger/vouchers.ts';
import type { PromotionStore } from '../promotion/store.ts';
import type { CanaryStore } from '../recovery/canary/store.ts';
import type { RecoveryStore } from '../recovery/store.ts';
import { createApprovalStore } from './approval-store.ts';
import { type AuthStore, createAuthStore } from './auth-store.ts';
import { createCanaryStore } from './canary-store.ts';
import { type ColdEvents, createColdEvents } from './cold-events.ts';
import { openDatabase, type Transaction } from './database.ts';
import { createDetectionStore } from './detection-store.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { columnNext } from './event-columns.ts';
import { searchBlocks } from './event-search.ts';
import { createEventStore } from './event-store.ts';
import { eventChannel, eventSchema, type StorageEvent } from './events.ts';
import { createExecutionStore } from './execution-store.ts';
import { createFactHistory } from './fact-history.ts';
import { type DatabaseFigures, databaseFigures } from './figures.ts';
import { createIncidentStore } from './incident-store.ts';
import { createLedgerStore } from './ledger-store.ts';
import { createOutletStore, type OutletStore } from './outlet-store.ts';
import { ownFindings } from './own-findings.ts';
import { createPromotionStore } from './promotion-store.ts';
import { createRecoveryStore } from './recovery-store.ts';
import { createReviewStore } from './review-store.ts';
import { createRotationStore } from './rotation-store.ts';
import { createVaultStore } from './vault-store.ts';
import { createVouchingStore } from './vouching-store.ts';
import { createWatchPlaces } from './watch-places.ts';

export interface Storage {
  readonly ledgerStore: LedgerStore<Transaction>;
  readonly vouchingStore: VouchingStore<Transaction>;
  readonly executionStore: ExecutionStore<Transaction>;
  readonly approvalStore: ApprovalStore<Transaction>;
  readonly incidentStore: IncidentStore<Transaction>;
  readonly reviewStore: ReviewStore<Transaction>;
  readonly promotionStore: PromotionStore<Transaction>;
  readonly rotationStore: RotationStore<Transaction>;
  readonly recoveryStore: RecoveryStore<Transaction>;
  readonly vaultStore: VaultStore<Transaction>;
  readonly canaryStore: CanaryStore<Transaction>;
  readonly authStore: AuthStore;
  readonly eventStore: EventStore;
  /** Events below a number that are in the database, in columns or in blocks. */
  searchBlocks(wish: EventWish, before: number, paths: readonly string[]): ReturnType<typeof searchBlocks>;
  /** Makes columns for some events that have none (`columnNext`). */
  columnNext(patience: Date): Promise<number>;
  /** Events that left the database, in files of this folder. */
  openColdEvents(folder: string): ColdEvents;
  readonly detectionStore: CaseStore<Transaction>;
  /** Which of these are ids of detections or incidents here. */
  ownFindings(ids: readonly string[]): Promise<ReadonlySet<string>>;
  readonly watchPlaces: ReturnType<typeof createWatchPlaces>;
  readonly outletStore: OutletStore;
  /** How much of what there is. */
  figures(): Promise<DatabaseFigures>;
  readonly factHistory: FactHistory;
  /** Where the database is, with its password: for other threads of this process. */
  readonly url: string;
  /** Where the database is, in words, and what the operator may not expect. Without passwords. */
  readonly notes: readonly string[];
  /** Resolves with the reason when the embedded server is gone for good. Never, with a server of one's own. */
  readonly lost: Promise<string>;
  /**
   * Calls `each` for every change that any server on this database makes; connects again when the connection breaks, and
   * then calls `missed`, since changes may have gone by.
   */
  listen(each: (event: StorageEvent) => void, missed?: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * @param where `url` of a PostgreSQL of one's own (15 or newer), else the folder for the embedded one.
 * @throws FirebreakError FB-STORAGE-UNAVAILABLE, FB-STORAGE-LOCKED, FB-STORAGE-VERSION
 */
export async function openStorage(
  where: { readonly data: string } | { readonly url: string },
  clock: Clock = systemClock,
): Promise<Storage> {
  const embedded = 'url' in where ? null : await startEmbeddedPostgres(where.data);
  const url = 'url' in where ? where.url : (embedded?.url ?? '');
  try {
    const database = await openDatabase(url);
    const { hostname, port, pathname } = new URL(url);
    return {
      ledgerStore: createLedgerStore(database),
      vouchingStore: createVouchingStore(database),
      executionStore: createExecutionStore(database),
      approvalStore: createApprovalStore(database),
      incidentStore: createIncidentStore(database),
      reviewStore: createReviewStore(database),
      promotionStore: createPromotionStore(database),
      rotationStore: createRotationStore(database),
      recoveryStore: createRecoveryStore(database),
      vaultStore: createVaultStore(database),
      canaryStore: createCanaryStore(database),
      authStore: createAuthStore(database, clock),
      eventStore: createEventStore(database),
      searchBlocks: (wish, before, paths) => searchBlocks(database, wish, before, paths),
      columnNext: (patience) => columnNext(database, patience),
      openColdEvents: (folder) => createColdEvents(database, folder),
      detectionStore: createDetectionStore(database),
      ownFindings: (ids) => ownFindings(database, ids),
      figures: () => databaseFigures(database),
      outletStore: createOutletStore(database),
      watchPlaces: createWatchPlaces(database),
      factHistory: createFactHistory(database),
      url,
      notes: [`PostgreSQL at ${hostname}:${port || 5432}${pathname}.`, ...(embedded?.notes ?? [])],
      lost: embedded?.lost ?? new Promise(() => undefined),
      listen: async (each, missed = () => undefined) => {
        let stopped = false;
        let stop = await listenOnce();
        function onPayload(payload: string): void {
          const event = eventSchema.safeParse(parsed(payload));
          if (event.success) each(event.data);
        }
        function listenOnce(): Promise<() => Promise<void>> {
          return database.listen(eventChannel, onPayload, () => void again());
        }
        async function again(): Promise<void> {
          while (!stopped) {
            await sleep(500, undefined, { ref: false });
            try {
              stop = await listenOnce();
            } catch {
              continue;
            }
            if (stopped) await stop();
            else missed();
            return;
          }
        }
        return async () => {
          stopped = true;
          await stop();
        };
      },
      close: async () => {
        await database.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
