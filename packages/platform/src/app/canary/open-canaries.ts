/** Canaries of a station: what they read, and who moves their traffic. */
import type { NodeId } from '@firebreak/contract';
import type { CapabilityKey } from '../../execution/approval/capability.ts';
import type { ApprovalPolicy, ApprovalQuestion } from '../../execution/approval/policy.ts';
import { workerName } from '../../execution/worker.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { createCanaryApprovals } from '../../recovery/canary/approval.ts';
import { type Canaries, type CanaryPace, createCanaries } from '../../recovery/canary/run.ts';
import type { Transaction } from '../../storage/database.ts';
import type { Storage } from '../../storage/storage.ts';
import { readGuard } from './guard.ts';
import { readPrometheus } from './prometheus.ts';
import { readTelemetry } from './telemetry.ts';
import { canaryTraffic, type Levers, promotionStep } from './traffic.ts';

export function openCanaries(parts: {
  readonly storage: Pick<Storage, 'canaryStore' | 'eventStore'>;
  readonly ledger: Ledger<Transaction>;
  readonly clock: Clock;
  /** Undefined where no source is open. */
  readonly levers: Levers | undefined;
  readonly policy: () => Promise<ApprovalPolicy>;
  readonly key: CapabilityKey;
  /** What the levers are about; undefined where no source is open. */
  readonly graph: () => Promise<AttackGraph | undefined>;
  readonly asset: (graph: AttackGraph, id: NodeId) => ApprovalQuestion['target'];
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
    approvals: createCanaryApprovals({
      policy: parts.policy,
      key: parts.key,
      clock: parts.clock,
      stepOf: async (config) => {
        const graph = await parts.graph();
        return graph && promotionStep(config, parts.levers?.actions ?? [], graph);
      },
      asset: async (id) => {
        const graph = await parts.graph();
        return graph && parts.asset(graph, id);
      },
    }),
    ...(parts.pace === undefined ? {} : { pace: parts.pace }),
    ...(parts.onTrouble === undefined ? {} : { onTrouble: parts.onTrouble }),
  });
}
