import { type Compare, type Query, spanUnits, type TimeValue } from './syntax.ts';

type TimeQuery = Extract<Query, { is: 'time' }>;

/**
 * The test of a time term. What is not known fulfils no comparison; `never` is longer ago, and later, than any span.
 *
 * @param now what durations are relative to
 * @returns whether a moment (ISO 8601, `never`, or undefined) fulfils it
 */
export function timeTest({ field, compare, value }: TimeQuery, now: Date): (moment: string | undefined) => boolean {
  if (value === 'never') return (moment) => moment === 'never';
  const wanted = wantedMilliseconds(value);
  const spans = !('at' in value);
  return (moment) => {
    if (moment === undefined) return false;
    if (moment === 'never' && !spans) return false;
    const time = moment === 'never' ? Number.POSITIVE_INFINITY : Date.parse(moment);
    if (Number.isNaN(time)) return false;
    if (!spans) return holds(time, compare, wanted);
    if (moment === 'never') return holds(Number.POSITIVE_INFINITY, compare, wanted);
    const span = field === 'expires' ? time - now.getTime() : now.getTime() - time;
    return holds(span, compare, wanted);
  };
}

function wantedMilliseconds(value: Exclude<TimeValue, 'never'>): number {
  return 'at' in value ? Date.parse(value.at) : value.count * spanUnits[value.unit];
}

export function holds(value: number, compare: Compare, wanted: number): boolean {
  switch (compare) {
    case '=':
      return value === wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
  }
}
