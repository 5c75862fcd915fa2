/** Canaries of a station: what they read, and who moves their traffic. */
import type { AnyAction } from '@firebreak/contract';
import { workerName } from '../../execution/worker.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type Canaries, type CanaryPace, createCanaries } from '../../recovery/canary/run.ts';
import type { Transaction } from '../../storage/database.ts';
import type { Storage } from '../../storage/storage.ts';
import { readGuard } from './guard.ts';
import { readPrometheus } from './prometheus.ts';
import { readTelemetry } from './telemetry.ts';
import { canaryTraffic } from './traffic.ts';

export function openCanaries(parts: {
  readonly storage: Pick<Storage, 'canaryStore' | 'eventStore'>;
  readonly ledger: Ledger<Transaction>;
  readonly clock: Clock;
  readonly levers:
    | { readonly actions: readonly AnyAction[]; readonly session: (action: string, params: unknown) => unknown }
    | undefined;
  readonly pace?: Partial<CanaryPace>;
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}): Canaries {
  return createCanaries({
    store: parts.storage.canaryStore,
    ledger: parts.ledger,
    clock: parts.clock,
    worker: workerName(),
    sources: {
      prometheus: readPrometheus,
      telemetry: (request) => readTelemetry(parts.storage.eventStore, request),
      guard: readGuard,
    },
    traffic: canaryTraffic(parts.levers),
    ...(parts.pace === undefined ? {} : { pace: parts.pace }),
    ...(parts.onTrouble === undefined ? {} : { onTrouble: parts.onTrouble }),
  });
}
