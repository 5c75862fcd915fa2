/** How often and how long the runner tries. Bounded everywhere: a responder waits for the answer. */
export interface Pace {
  /** A claim lasts this long without renewal; another worker takes over after it. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How often an idle worker looks for work that nobody told it of. */
  readonly pollMs: number;
  /** One call of an action that has not answered by then is given up, and read again. */
  readonly callMs: number;
  readonly proofMs: number;
  /** Attempts at one step, over all workers. */
  readonly attempts: number;
  readonly backOffMs: (attempt: number) => number;
  /** Between read-backs that do not show the change yet. */
  readonly readBackWaitsMs: readonly number[];
  /** Between probes that still get through. */
  readonly probeWaitsMs: readonly number[];
}

export const defaultPace: Pace = {
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  pollMs: 1_000,
  callMs: 60_000,
  proofMs: 600_000,
  attempts: 8,
  backOffMs: (attempt) => Math.min(250 * 2 ** attempt, 15_000),
  readBackWaitsMs: [100, 250, 500, 1_000, 2_000, 4_000],
  probeWaitsMs: [250, 500, 1_000, 2_000, 4_000, 8_000],
};
