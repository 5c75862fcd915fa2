/**
 * What the race draws from. Times are log-normal: most are near the median, some are far longer, none is negative. The medians
 * are estimates of an order of magnitude; they compare orders of the same plan, and predict no incident.
 */
import type { TraverseTime } from '@firebreak/contract';

export interface LogNormal {
  /** Seconds. */
  readonly median: number;
  /** Of the logarithm: 0.7 means that two times in three the time is between half and twice the median. */
  readonly sigma: number;
}

/** How long the step itself takes an attacker who knows how. */
export const traverseTimes: Readonly<Record<TraverseTime, LogNormal>> = {
  instant: { median: 1, sigma: 0.5 },
  seconds: { median: 20, sigma: 0.8 },
  minutes: { median: 360, sigma: 0.8 },
  hours: { median: 10_800, sigma: 0.8 },
  days: { median: 172_800, sigma: 0.8 },
};

export interface RaceOptions {
  readonly runs: number;
  readonly seed: number;
  /** Seconds between two refreshes of a delivery channel. Argo CD looks every two to three minutes unless told otherwise. */
  readonly refresh: number;
  /**
   * Before each step that is not instant the attacker looks around. Reports put the time from the first foothold to the next
   * machine at about an hour, with a long tail to both sides; they try many ways at once, so each way has less.
   */
  readonly pause: LogNormal;
  readonly firstApproval: LogNormal;
  /** From the moment the plan is there, as the first: two people are asked at once. */
  readonly secondApproval: LogNormal;
  /** Scatter of how long a step takes around what it says. */
  readonly stepSigma: number;
  /** From the end of the plan until what was put back meanwhile is seen and taken away again. */
  readonly repair: LogNormal;
  /** Seconds after which nothing counts any more. */
  readonly horizon: number;
}

export const defaultRace: RaceOptions = {
  runs: 10_000,
  seed: 1,
  refresh: 180,
  pause: { median: 1200, sigma: 1 },
  firstApproval: { median: 300, sigma: 0.7 },
  secondApproval: { median: 900, sigma: 0.7 },
  stepSigma: 0.4,
  repair: { median: 600, sigma: 0.5 },
  horizon: 86_400,
};
