/** What a run saw of one metric, as lines over time. Shares are drawn in percent. */
import type { CanaryRun } from '@firebreak/contract/canary';

export interface CanarySeries {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly baseline: Side;
  readonly canary: Side;
  /** The shift of the verdicts, with its interval. */
  readonly shift: Side;
  /** Of the traffic, at the end of each look. */
  readonly percent: readonly number[];
}
interface Side {
  readonly middle: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

export function canarySeries({ looks, config }: CanaryRun, metric: string): CanarySeries {
  const factor = config.metrics.find(({ name }) => name === metric)?.kind === 'values' ? 1 : 100;
  const scaled = (value: number | null | undefined) => (value === null || value === undefined ? null : value * factor);
  const seen = looks.map((look) => look.seen.find((each) => each.metric === metric));
  const verdicts = looks.map(({ verdict }) => verdict.metrics.find((each) => each.metric === metric));
  const side = (of: 'baseline' | 'canary'): Side => ({
    middle: seen.map((each) => scaled(each?.[of].centre)),
    low: seen.map((each) => scaled(each?.[of].from)),
    high: seen.map((each) => scaled(each?.[of].to)),
  });
  return {
    times: looks.map(({ to }) => Date.parse(to) / 1000),
    baseline: side('baseline'),
    canary: side('canary'),
    shift: {
      middle: verdicts.map((each) => scaled(each?.shift)),
      low: verdicts.map((each) => scaled(each?.shiftFrom)),
      high: verdicts.map((each) => scaled(each?.shiftTo)),
    },
    percent: looks.map(({ stage }) => config.stages[stage]?.percent ?? 0),
  };
}

/** The metric to show first: one that failed last, else the first. */
export function tellingMetric({ looks, config }: CanaryRun): string {
  const last = looks.at(-1)?.verdict.metrics ?? [];
  const failed =
    last.find((each) => each.failsAlone) ?? last.find((each) => each.class === 'high' || each.class === 'low');
  return failed?.metric ?? config.metrics[0]?.name ?? '';
}
