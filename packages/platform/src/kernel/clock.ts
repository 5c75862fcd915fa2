/** Where time comes from. Passed in, so that a test or a replay can say what time it is. */
export interface Clock {
  now(): Date;
}

/** The machine's wall clock. */
export const systemClock: Clock = { now: () => new Date() };
