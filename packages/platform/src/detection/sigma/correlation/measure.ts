/**
 * What a correlation measures over the entries of one window. A `Tally` is kept up to date entry by entry while a window slides;
 * `measured` looks at a whole window at once, for what can only be said when it is over.
 */
import type { Bound, CorrelationRule, Occurrence } from '../language/rule.ts';
import { compares } from '../program/scalar.ts';

/** One event of a group. */
export interface Entry {
  readonly time: number;
  /** Number of the rule in the correlation. */
  readonly rule: number;
  /** What is counted or measured; undefined where the type needs none. */
  value?: string | number;
  eventId?: string;
}

type Definition = Pick<CorrelationRule, 'type' | 'bounds' | 'occurrence' | 'percentile' | 'rules' | 'timespanMs'>;

/**
 * Whether the answer for the time up to an event can be given at that event: what only asks for *at least* so much stays true
 * whatever comes. Averages, quantiles, *at most*, *exactly* and *without* can only be said when the window is over.
 */
export function decidesAtOnce({ type, bounds, occurrence }: Definition): boolean {
  if (occurrence !== undefined) return !hasNot(occurrence);
  const atLeast = bounds.every(({ by }) => by === 'gt' || by === 'gte');
  return atLeast && !['value_avg', 'value_median', 'value_percentile'].includes(type);
}

/** The window that slides along with the newest entry. */
export interface Tally {
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /**
   * Where the order of entries counts: takes in one that came out of order, if it completes nothing and nothing that is there can follow
   * or go before it. Otherwise nothing is changed.
   */
  late?(entry: Entry): boolean;
  /** Whether the condition holds for the window that ends with the entry added last. */
  holds(): boolean;
  readonly value: number;
}

export function tallyFor(definition: Definition): Tally {
  const { type, bounds } = definition;
  if (type === 'event_count') return counting(bounds);
  if (type === 'value_count') return countingValues(bounds);
  if (type === 'value_sum') return summing(bounds);
  return type === 'temporal_ordered' ? inOrder(definition) : occurring(definition);
}

/** @returns the number that the condition was held against, or undefined when it does not hold. */
export function measured(entries: readonly Entry[], definition: Definition): number | undefined {
  const { type, bounds, percentile } = definition;
  const numbers = () => entries.flatMap(({ value }) => (typeof value === 'number' ? value : [])).sort((a, b) => a - b);
  let value: number | undefined;
  if (type === 'value_avg') {
    const all = numbers();
    value = all.length === 0 ? undefined : all.reduce((sum, number) => sum + number, 0) / all.length;
  } else if (type === 'value_median') value = quantile(numbers(), 50);
  else if (type === 'value_percentile') value = quantile(numbers(), percentile);
  else {
    const tally = tallyFor(definition);
    let held = false;
    for (const entry of entries) {
      tally.add(entry);
      held = tally.holds();
      if (held && type === 'temporal_ordered') break;
    }
    return held ? tally.value : undefined;
  }
  return value !== undefined && within(value, bounds) ? value : undefined;
}

/** Linear between the two nearest ranks, as SQL's percentile_cont. @param sorted ascending. */
function quantile(sorted: readonly number[], percent: number): number | undefined {
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (rank - Math.floor(rank));
}

function within(value: number, bounds: readonly Bound[]): boolean {
  return bounds.every(({ by, value: bound }) => {
    if (by === 'eq') return value === bound;
    return by === 'neq' ? value !== bound : compares(value, by, bound);
  });
}

function counting(bounds: readonly Bound[]): Tally {
  let count = 0;
  return {
    add() {
      count += 1;
    },
    remove() {
      count -= 1;
    },
    holds: () => within(count, bounds),
    get value() {
      return count;
    },
  };
}

function countingValues(bounds: readonly Bound[]): Tally {
  const counts = new Map<string | number, number>();
  return {
    add({ value }) {
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    },
    remove({ value }) {
      if (value === undefined) return;
      const left = (counts.get(value) ?? 0) - 1;
      if (left > 0) counts.set(value, left);
      else counts.delete(value);
    },
    holds: () => within(counts.size, bounds),
    get value() {
      return counts.size;
    },
  };
}

function summing(bounds: readonly Bound[]): Tally {
  let sum = 0;
  return {
    add({ value }) {
      sum += typeof value === 'number' ? value : 0;
    },
    remove({ value }) {
      sum -= typeof value === 'number' ? value : 0;
    },
    holds: () => within(sum, bounds),
    get value() {
      return sum;
    },
  };
}

/** Which rules occurred: all of them, as many as the bounds ask for, or as the condition says. */
function occurring({ rules, bounds, occurrence }: Definition): Tally {
  const counts = new Uint32Array(rules.length);
  const kinds = () => counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return {
    add({ rule }) {
      counts[rule] = (counts[rule] ?? 0) + 1;
    },
    remove({ rule }) {
      counts[rule] = (counts[rule] ?? 0) - 1;
    },
    holds() {
      if (occurrence !== undefined) return occurs(occurrence, counts);
      return bounds.length === 0 ? kinds() === rules.length : within(kinds(), bounds);
    },
    get value() {
      return kinds();
    },
  };
}

/**
 * The rules one after the other: all of them, or as many as the bounds ask for, in their order. For a chain of each length that
 * ends with each rule it is enough to know the latest time at which one began: nothing need be removed.
 */
function inOrder({ rules, bounds, timespanMs }: Definition): Tally {
  const never = Number.NEGATIVE_INFINITY;
  /** `began[length - 1][rule]`. */
  const began = rules.map(() => new Float64Array(rules.length).fill(never));
  let longest = 0;
  return {
    add({ rule, time }) {
      longest = 0;
      // The longest first: an entry must not follow itself.
      for (let length = rule + 1; length >= 1; length -= 1) {
        const shorter = began[length - 2];
        const start = shorter === undefined ? time : shorter.subarray(0, rule).reduce((a, b) => Math.max(a, b), never);
        if (time - start > timespanMs) continue;
        longest = Math.max(longest, length);
        const row = began[length - 1];
        if (row !== undefined) row[rule] = Math.max(row[rule] ?? never, start);
      }
    },
    remove() {},
    late({ rule, time }) {
      const [latest] = began;
      const isEnough = bounds.length === 0 ? rules.length === 1 : within(1, bounds);
      if (isEnough || latest === undefined) return false;
      if (latest.some((began, other) => other !== rule && began >= time - timespanMs)) return false;
      latest[rule] = Math.max(latest[rule] ?? never, time);
      return true;
    },
    holds: () => (bounds.length === 0 ? longest === rules.length : within(longest, bounds)),
    get value() {
      return longest;
    },
  };
}

function occurs(condition: Occurrence, counts: Uint32Array): boolean {
  switch (condition.kind) {
    case 'rule':
      return (counts[condition.rule] ?? 0) > 0;
    case 'not':
      return !occurs(condition.part, counts);
    case 'and':
      return condition.parts.every((part) => occurs(part, counts));
    case 'or':
      return condition.parts.some((part) => occurs(part, counts));
  }
}

function hasNot(condition: Occurrence): boolean {
  if (condition.kind === 'rule') return false;
  return condition.kind === 'not' || condition.parts.some(hasNot);
}
