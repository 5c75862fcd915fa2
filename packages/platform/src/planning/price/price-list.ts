/**
 * What a step costs beyond what its action says, in the same points. Tables, so that whoever disagrees changes a number. The
 * planner minimises sums, so only proportions matter; an action's own list (connectors/…/impact) says what one point is.
 */
import type { Stage } from '@firebreak/contract';

export const priceList = {
  /** Times this, where the owner promised somebody that it runs: see `promised` in price.ts. */
  promised: 2,
  /** The business impact of a loss, 0 to 10, counts as a factor; this much is factor 1, which is also what nobody rated has. */
  ordinaryImpact: 5,
  /** Even what its owner rates at nothing is somebody's work. */
  leastFactor: 0.2,
  /** Times this, where the system keeps record of use and there is none: nobody is known to miss it. */
  neverObserved: 0.25,
  /** What cannot be undone, evidence aside. */
  irreversible: 10,
  /** What waits for a second person gives the attacker that time. */
  secondApproval: 3,
  /** Each minute that it takes beyond the first. */
  minute: 0.5,
} as const;

/** Typical seconds until a step of the stage holds, where its action does not say. */
export const stageSeconds: Readonly<Record<Stage, number>> = {
  evidence: 10,
  delivery: 5,
  access: 3,
  credential: 10,
  network: 15,
  eviction: 45,
  placement: 3,
};
