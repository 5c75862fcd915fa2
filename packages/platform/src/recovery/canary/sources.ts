/** What a run needs of the world: numbers, and somebody who moves the traffic. `app/canary/` has them. */
import type { CanaryConfig, CanaryMetric, CanaryMove, CanarySample, ProbeResult } from '@firebreak/contract';
import type { ReadSource, WorkingLook } from './store.ts';

export interface Reading {
  readonly samples: readonly CanarySample[];
  /** Why something could not be read, in words; nothing of it counts as good, and nothing is scaled up meanwhile. */
  readonly trouble: readonly string[];
  /** What is to be told with the look and holds nothing up. */
  readonly notes?: readonly string[];
  /** Where the next reading goes on. */
  readonly guard?: WorkingLook['guard'];
}

export interface ReadRequest {
  /** Those of this source. */
  readonly metrics: readonly CanaryMetric[];
  readonly config: CanaryConfig;
  readonly since: Date;
  readonly until: Date;
  readonly guard: WorkingLook['guard'];
  /** Metrics that the look still lacks samples of: others need not be asked for. */
  readonly lacking: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Those that are sent in need none. */
export type CanarySources = Readonly<Record<ReadSource, (request: ReadRequest) => Promise<Reading>>>;

export interface MoveRequest {
  readonly config: CanaryConfig;
  readonly percent: number;
  /** As the first move found it; undefined when this is the first. */
  readonly before: unknown;
  /** Idempotency key. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Told what was there before anything is changed. */
  readonly found: (before: unknown) => Promise<void>;
}

export interface CanaryTraffic {
  /** What a lever would refuse is told before anything begins. @throws FirebreakError FB-USAGE, FB-NOT-FOUND */
  check(config: CanaryConfig): void;
  move(request: MoveRequest): Promise<Pick<CanaryMove, 'outcome' | 'detail' | 'probes'>>;
  /** Who answers at the public way in. */
  whoAnswers(config: CanaryConfig, percent: number, signal: AbortSignal): Promise<readonly ProbeResult[]>;
}
