/**
 * When each step holds in one run: one after the other in the given order, each after its approvals, as the runner does it. What a
 * delivery channel puts back is put back at its first refresh after the step, unless the channel was stopped before that.
 */
import type { PlanStep } from '@firebreak/contract';
import { chance, quantile } from './chance.ts';
import type { RaceOptions } from './times.ts';

export interface Schedule {
  /** By step, when it holds. */
  readonly holds: Float64Array;
  /** By step, when it is put back; infinity when it is not. */
  readonly putBack: Float64Array;
  /** When the last step holds. */
  readonly end: number;
  /** When what was put back is taken away again. */
  readonly repaired: number;
}

export type Responder = Pick<PlanStep, 'approvals'> & { readonly takes?: number | undefined };

export interface ScheduleQuestion {
  readonly steps: readonly Responder[];
  /** Places in `steps`, in the order in which they are done. */
  readonly order: readonly number[];
  readonly putBackBy: readonly (readonly number[])[];
  /** Steps whose approvals are there at once; −1 for the first approval of all. */
  readonly atOnce?: ReadonlySet<number>;
}

/** What the numbers are for, so that no two uses share one. */
const uses = { first: -2, second: -3, repair: -4, step: -1000, refresh: -1_000_000 } as const;

export function scheduleOf(
  { steps, order, putBackBy, atOnce }: ScheduleQuestion,
  run: number,
  options: RaceOptions,
): Schedule {
  const { seed, refresh } = options;
  const first = atOnce?.has(-1) ? 0 : quantile(options.firstApproval, chance(seed, run, uses.first));
  const second = quantile(options.secondApproval, chance(seed, run, uses.second));
  const holds = new Float64Array(steps.length).fill(Number.POSITIVE_INFINITY);
  let now = 0;
  for (const at of order) {
    const step = steps[at] as Responder;
    const approved = step.approvals > 1 && atOnce?.has(at) !== true ? Math.max(first, second) : first;
    const scatter = { median: Math.max(0.1, step.takes ?? 1), sigma: options.stepSigma };
    now = Math.max(now, approved) + quantile(scatter, chance(seed, run, uses.step - at));
    holds[at] = now;
  }
  const putBack = holds.map((done, at) => {
    let soonest = Number.POSITIVE_INFINITY;
    for (const stop of putBackBy[at] ?? []) {
      const phase = refresh * chance(seed, run, uses.refresh - stop);
      const next = phase + Math.ceil((done - phase) / refresh) * refresh;
      if (next < (holds[stop] as number)) soonest = Math.min(soonest, next);
    }
    return soonest;
  });
  const repair = quantile(options.repair, chance(seed, run, uses.repair));
  return { holds, putBack, end: now, repaired: now + repair };
}
