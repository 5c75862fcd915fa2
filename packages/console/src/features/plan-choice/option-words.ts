import type { PlanChoice } from '@firebreak/contract/answers/plan-choice';

export type Option = PlanChoice['options'][number];

const names: Readonly<Record<string, string>> = {
  cheapest: 'Cheapest',
  'full-freeze': 'Full freeze',
  staged: 'Staged',
  'read-only': 'Read-only continuity',
  'business-first': 'Business first',
  'one-person': 'One person',
  nothing: 'Do nothing',
};

/** An option's name as people say it. */
export function optionName(name: string): string {
  return names[name] ?? name;
}

/** A span in the largest unit in which it is not nothing. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** A number of points, with as many digits as tell something. */
export function points(value: number): string {
  return value !== 0 && Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1);
}

/** Why an option is not on the front: one that is at least as good in all three, and better in one. */
export function beatenBy(option: Option, options: readonly Option[]): Option | undefined {
  return options.find((other) => {
    const ahead = [option.risk - other.risk, option.outage - other.outage, option.seconds - other.seconds];
    return ahead.every((by) => by >= 0) && ahead.some((by) => by > 0);
  });
}
