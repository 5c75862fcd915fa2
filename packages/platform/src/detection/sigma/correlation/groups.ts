/**
 * The state of one correlation: for every group of values (a user, an address) the events that are young enough to matter.
 *
 * Time is event time. The watermark is how far time has certainly come: the newest event less the lateness that is allowed.
 * Events may arrive in any order above it; one below it is too late, is not counted, and that is counted.
 *
 * Two ways to decide (see `decidesAtOnce`):
 * - **at once**: the window ends with an event. When an event comes out of order, all windows that it belongs to are looked at
 *   again, so what is found does not depend on the order of arrival;
 * - **at the end**: windows follow each other, each from the first event that the one before did not hold, and one is decided
 *   when the watermark has passed its end.
 *
 * A group is found once in a timespan: not again before an event later than that.
 *
 * What must stay true: groups, entries of a group and all entries are bounded; whoever was touched least recently goes first,
 * and every loss is counted.
 */

import type { LinkedCorrelation } from './link.ts';
import { type Entry, measured, type Tally, tallyFor } from './measure.ts';

export interface StateLimits {
  /** Groups of one correlation. */
  readonly maxGroups: number;
  /** Events that one group keeps. */
  readonly maxEntries: number;
}

/** What was left out, since the state began. */
export interface Losses {
  /** Groups that were given up because there were too many. */
  groups: number;
  /** Events of groups that were given up because a group had too many. */
  entries: number;
  /** Events below the watermark. */
  late: number;
  /** Events without a value for a field that is grouped by or measured. */
  ungrouped: number;
}

/** A condition that was met by one group. */
export interface Met {
  readonly key: string;
  /** The event time at which it was decided. */
  readonly time: number;
  readonly from: number;
  readonly value: number;
  readonly eventIds: readonly string[];
  /** Of the last event: what a correlation of this one groups by. */
  readonly carried: readonly (string | undefined)[];
}

interface Group {
  entries: Entry[];
  /** Of the sliding window: `entries[head]` is its first. */
  head: number;
  tally: Tally | undefined;
  /** Not met again by what happened up to here. */
  metUntil: number;
  carried: readonly (string | undefined)[];
}

export interface GroupState {
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly metUntil: number;
  readonly carried: readonly (string | null)[];
}

const maxEventIds = 100;
/** Entries that are taken back for one that came before them; for one that came longer before, the window is made anew. */
const mostBack = 500;
/** The entries of a group that has none yet: never written to. */
const none: Entry[] = [];
const noneMet: Met[] = [];
/**
 * The oldest keys of a map are cleared away many at a time: finding the first key passes over all that were deleted before it, so
 * one at a time would cost the square.
 */
const sweeps = 16;

export class Groups {
  readonly losses: Losses = { groups: 0, entries: 0, late: 0, ungrouped: 0 };
  readonly #correlation: LinkedCorrelation;
  readonly #limits: StateLimits;
  /** In the order in which they were touched. */
  readonly #groups = new Map<string, Group>();
  /** Ends of windows that are decided at their end, by time: a heap. */
  readonly #ends = new Ends();
  #swept = Number.NEGATIVE_INFINITY;

  constructor(correlation: LinkedCorrelation, limits: StateLimits) {
    this.#correlation = correlation;
    this.#limits = limits;
  }

  get size(): number {
    return this.#groups.size;
  }

  observe(key: string, entry: Entry, carried: readonly (string | undefined)[], watermark: number): Met | undefined {
    if (entry.time < watermark) {
      this.losses.late += 1;
      return undefined;
    }
    const known = this.#groups.get(key);
    const group: Group = known ?? {
      entries: none,
      head: 0,
      tally: undefined,
      metUntil: Number.NEGATIVE_INFINITY,
      carried,
    };
    if (known !== undefined) this.#groups.delete(key);
    this.#groups.set(key, group);
    if (this.#groups.size > this.#limits.maxGroups) this.#giveUpOldest();
    const last = group.entries.at(-1);
    const inOrder = last === undefined || last.time <= entry.time;
    let place = 0;
    if (inOrder) {
      // An array made with its entry has no room for more: so a group of one event costs one.
      if (last === undefined) group.entries = [entry];
      else group.entries.push(entry);
      group.carried = carried;
    } else {
      place = behind(group.entries, entry.time);
      group.entries.splice(place, 0, entry);
    }
    if (!this.#correlation.decidesAtOnce) {
      if (group.entries[0] === entry) this.#ends.add(entry.time + this.#span, key);
      this.#bound(group);
      return undefined;
    }
    const met = inOrder ? this.#slide(group, key) : this.#late(group, key, place);
    this.#forget(group, watermark);
    this.#bound(group);
    return met;
  }

  /** Time has come so far: windows that are over are decided, and what no window can hold any more is dropped. */
  advance(watermark: number): readonly Met[] {
    let met = noneMet;
    for (let end = this.#ends.upTo(watermark); end !== undefined; end = this.#ends.upTo(watermark)) {
      const group = this.#groups.get(end.key);
      const start = group?.entries[0]?.time;
      // The group was given up, or a late event moved the beginning of its window.
      if (group === undefined || start === undefined || start + this.#span !== end.time) continue;
      const inside = group.entries.filter(({ time }) => time <= end.time);
      const value = measured(inside, this.#correlation.rule);
      const until = inside.at(-1)?.time ?? end.time;
      if (value !== undefined) {
        if (met === noneMet) met = [];
        met.push(this.#met(end.key, group, inside, until, value));
      }
      group.entries = group.entries.slice(inside.length);
      const next = group.entries[0];
      if (next === undefined) this.#groups.delete(end.key);
      else this.#ends.add(next.time + this.#span, end.key);
    }
    if (this.#correlation.decidesAtOnce && watermark - this.#swept >= this.#span / sweeps) this.#sweep(watermark);
    return met;
  }

  /** Forgets groups that no window reaches any more. */
  #sweep(watermark: number): void {
    this.#swept = watermark;
    for (const [key, group] of this.#groups) {
      const last = group.entries.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
      if (Math.max(last + this.#span, group.metUntil) >= watermark) return;
      this.#groups.delete(key);
    }
  }

  *state(): Generator<GroupState> {
    for (const [key, { entries, metUntil, carried }] of this.#groups)
      yield {
        key,
        entries,
        metUntil: Number.isFinite(metUntil) ? metUntil : 0,
        carried: carried.map((value) => value ?? null),
      };
  }

  restore({ key, entries, metUntil, carried }: GroupState): void {
    const group: Group = {
      entries: [...entries],
      head: 0,
      tally: undefined,
      metUntil,
      carried: carried.map((value) => value ?? undefined),
    };
    this.#groups.set(key, group);
    const [first] = group.entries;
    if (!this.#correlation.decidesAtOnce && first !== undefined) this.#ends.add(first.time + this.#span, key);
    if (this.#groups.size > this.#limits.maxGroups) this.#giveUpOldest();
  }

  get #span(): number {
    return this.#correlation.rule.timespanMs;
  }

  /** The newest entry was added at the end. */
  #slide(group: Group, key: string): Met | undefined {
    const tally = group.tally ?? this.#tallied(group, group.entries.length - 1);
    // Most groups have one event and never another: a million of them must not each hold a tally.
    if (group.entries.length > 1) group.tally = tally;
    const entry = group.entries.at(-1);
    if (entry === undefined) return undefined;
    tally.add(entry);
    this.#leave(group, tally, entry.time);
    if (!tally.holds() || entry.time <= group.metUntil) return undefined;
    return this.#met(key, group, group.entries.slice(group.head), entry.time, tally.value);
  }

  /** An entry came out of order, and was put in at its place. */
  #late(group: Group, key: string, place: number): Met | undefined {
    if (this.#passes(group, place)) return undefined;
    const from = group.entries[place]?.time ?? 0;
    return (this.#back(group, key, place) ?? this.#again(group, key, from)).met;
  }

  /**
   * Whether an entry that came out of order completes nothing, told without looking at each window that it belongs to: what asks for at
   * least so much of a set and does not hold for all entries that any of them reaches, holds for none of them. Then the newest window
   * has the entry, if it is its own; otherwise nothing is changed. So amid a flood that comes by many ways a late entry costs what one
   * in order costs.
   */
  #passes(group: Group, place: number): boolean {
    const { tally, entries, head } = group;
    const [entry, last] = [entries[place], entries.at(-1)];
    const { type } = this.#correlation.rule;
    if (tally === undefined || entry === undefined || last === undefined) return false;
    if (type === 'value_sum') return false;
    const isInNewest = entry.time >= last.time - this.#span;
    // The entry was put in before the window's first, or into the window.
    const first = isInNewest ? head : head + 1;
    if (type === 'temporal_ordered') {
      const isTaken = tally.late?.(entry) === true;
      if (isTaken) group.head = first;
      return isTaken;
    }
    if (isInNewest) tally.add(entry);
    let holds = false;
    if (last.time > group.metUntil) {
      let reached = first;
      while (reached > 0 && (entries[reached - 1] as Entry).time >= entry.time - this.#span) {
        reached -= 1;
        tally.add(entries[reached] as Entry);
      }
      holds = tally.holds();
      for (let at = reached; at < first; at += 1) tally.remove(entries[at] as Entry);
    }
    if (!holds) group.head = first;
    else if (isInNewest) tally.remove(entry);
    return !holds;
  }

  /**
   * An entry came a little out of order, at a place inside the newest window: that is taken back to the entry, and slides forth again.
   * Undefined where it cannot be.
   */
  #back(group: Group, key: string, place: number): { readonly met: Met | undefined } | undefined {
    const { tally, entries } = group;
    const entry = entries[place];
    const isSet = this.#correlation.rule.type !== 'temporal_ordered';
    if (tally === undefined || entry === undefined || !isSet || place < group.head || entries.length - place > mostBack)
      return undefined;
    for (let at = place + 1; at < entries.length; at += 1) tally.remove(entries[at] as Entry);
    for (let at = group.head - 1; at >= 0 && (entries[at] as Entry).time >= entry.time - this.#span; at -= 1) {
      tally.add(entries[at] as Entry);
      group.head = at;
    }
    let met: Met | undefined;
    for (let at = place; at < entries.length; at += 1) {
      const next = entries[at] as Entry;
      tally.add(next);
      this.#leave(group, tally, next.time);
      if (met === undefined && next.time > group.metUntil && tally.holds())
        met = this.#met(key, group, entries.slice(group.head, at + 1), next.time, tally.value);
    }
    return { met };
  }

  /** An entry came out of order: every window that ends with it or behind it is looked at again. */
  #again(group: Group, key: string, from: number): { readonly met: Met | undefined } {
    const tally = tallyFor(this.#correlation.rule);
    const all = group.entries;
    group.head = 0;
    group.tally = tally;
    let met: Met | undefined;
    for (const [index, entry] of all.entries()) {
      tally.add(entry);
      this.#leave(group, tally, entry.time);
      if (met === undefined && entry.time >= from && entry.time > group.metUntil && tally.holds())
        met = this.#met(key, group, all.slice(group.head, index + 1), entry.time, tally.value);
    }
    return { met };
  }

  #tallied(group: Group, count: number): Tally {
    const tally = tallyFor(this.#correlation.rule);
    group.head = 0;
    for (const entry of group.entries.slice(0, count)) {
      tally.add(entry);
      this.#leave(group, tally, entry.time);
    }
    return tally;
  }

  /** Entries that are too old for a window that ends now leave it. */
  #leave(group: Group, tally: Tally, now: number): void {
    for (;;) {
      const first = group.entries[group.head];
      if (first === undefined || first.time >= now - this.#span) return;
      tally.remove(first);
      group.head += 1;
    }
  }

  #met(key: string, group: Group, inside: readonly Entry[], time: number, value: number): Met {
    group.metUntil = time + this.#span;
    const eventIds = inside.slice(-maxEventIds).flatMap(({ eventId }) => eventId ?? []);
    return {
      key,
      time,
      from: inside[0]?.time ?? time,
      value,
      eventIds: [...new Set(eventIds)],
      carried: group.carried,
    };
  }

  /** Entries that no window above the watermark reaches are dropped, many at a time. */
  #forget(group: Group, watermark: number): void {
    const oldest = watermark - this.#span;
    if (group.head < 64 && group.entries.length > 64) return;
    let count = 0;
    while (count < group.head && (group.entries[count]?.time ?? Number.POSITIVE_INFINITY) < oldest) count += 1;
    if (count === 0) return;
    group.entries.splice(0, count);
    group.head -= count;
  }

  #bound(group: Group): void {
    const excess = group.entries.length - this.#limits.maxEntries;
    if (excess <= 0) return;
    // A quarter at once, so that a flood costs its events and not their square.
    const count = Math.min(group.entries.length, Math.max(excess, this.#limits.maxEntries >> 2));
    for (const entry of group.entries.slice(group.head, count)) group.tally?.remove(entry);
    group.entries.splice(0, count);
    group.head = Math.max(0, group.head - count);
    this.losses.entries += count;
  }

  #giveUpOldest(): void {
    let excess = 1 + Math.floor(this.#limits.maxGroups / sweeps);
    for (const key of this.#groups.keys()) {
      excess -= 1;
      if (excess < 0) return;
      this.#groups.delete(key);
      this.losses.groups += 1;
    }
  }
}

/** Where an entry of this time belongs: behind all that are not later. */
function behind(entries: readonly Entry[], time: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface End {
  readonly time: number;
  readonly key: string;
}

/** A binary heap of ends of windows, the earliest first. */
class Ends {
  readonly #heap: End[] = [];

  add(time: number, key: string): void {
    const heap = this.#heap;
    let at = heap.push({ time, key }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as End).time <= time) break;
      [heap[at], heap[parent]] = [heap[parent] as End, heap[at] as End];
      at = parent;
    }
  }

  /** Takes the earliest end that is before `time`. */
  upTo(time: number): End | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.time >= time) return undefined;
    const last = heap.pop() as End;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && (heap[left] as End).time < (heap[least] as End).time) least = left;
      if (right < heap.length && (heap[right] as End).time < (heap[least] as End).time) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least] as End, heap[at] as End];
      at = least;
    }
  }
}
