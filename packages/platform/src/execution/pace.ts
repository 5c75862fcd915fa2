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
  /** Between two stages, what is left is looked at for so long; an incident waits for nobody. */
  readonly stageMs: number;
  /** Attempts at one step, over all workers. */
  readonly attempts: number;
  readonly backOffMs: (attempt: number) => number;
  /** Between read-backs that do not show the change yet. */
  readonly readBackWaitsMs: readonly number[];
  /** Between probes that still get through. */
  readonly probeWaitsMs: readonly number[];
  /** Between two looks of the watch at a containment; changes that are heard of make it look at once. */
  readonly watchMs: number;
  /** How often it is looked whether a look or a lease is due. */
  readonly tendMs: number;
  /** Every so many looks the probes are tried again: they are heard by the systems that they try. */
  readonly probeEvery: number;
  /** So often in an hour a step is done again when somebody keeps reverting it. */
  readonly fights: number;
  /** Looks in a row in which something could not be read, until it no longer counts as holding. */
  readonly blindLooks: number;
  /** People are told so long before something expires, or in the last fifth of its time if that is shorter. */
  readonly leaseAheadMs: number;
}

export const defaultPace: Pace = {
  leaseMs: 15_000,
  heartbeatMs: 5_000,
  pollMs: 1_000,
  callMs: 60_000,
  proofMs: 600_000,
  stageMs: 20_000,
  attempts: 8,
  backOffMs: (attempt) => Math.min(250 * 2 ** attempt, 15_000),
  readBackWaitsMs: [100, 250, 500, 1_000, 2_000, 4_000],
  probeWaitsMs: [250, 500, 1_000, 2_000, 4_000, 8_000],
  watchMs: 60_000,
  tendMs: 5_000,
  probeEvery: 10,
  fights: 3,
  blindLooks: 3,
  leaseAheadMs: 900_000,
};
