/** Many canaries, counted. */
import type { CanaryConfig } from '@firebreak/contract';
import { type Planted, simulate } from './simulate.ts';

export interface Tally {
  readonly runs: number;
  readonly rolledBack: number;
  /** Of those rolled back: in the middle, until then. */
  readonly minutes: number | null;
  /** The most traffic that the canary had in the middle of those. */
  readonly percent: number | null;
}

/** @param from first seed: other numbers are other canaries, the same are the same */
export function tally(
  config: CanaryConfig,
  runs: number,
  { planted, from = 1 }: { planted?: Planted; from?: number } = {},
): Tally {
  const ends = Array.from({ length: runs }, (_, run) => simulate(config, from + run, planted)).filter(
    ({ rolledBack }) => rolledBack,
  );
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
  return {
    runs,
    rolledBack: ends.length,
    minutes: middle(ends.map(({ minutes }) => minutes)),
    percent: middle(ends.map(({ percent }) => percent)),
  };
}
