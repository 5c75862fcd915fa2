/**
 * Feeds what single rules found into the correlations, and what these found into the correlations of correlations. Time goes
 * forward with the events (see groups.ts); an event that was seen already, by its id, is not counted twice.
 *
 * The state can be taken out as plain data and put back after a restart: what is of a correlation that has changed since is
 * dropped, and that is said.
 */
import { createHash } from 'node:crypto';
import type { CorrelationRule } from '../language/rule.ts';
import { type Scalar, scalarNumber } from '../program/scalar.ts';
import { type GroupState, Groups, type Losses, type Met, type StateLimits } from './groups.ts';
import type { LinkedCorrelation } from './link.ts';
import type { Entry } from './measure.ts';

export interface CorrelationOptions extends StateLimits {
  /** How much later than the newest event one may arrive. */
  readonly latenessMs: number;
  /** An event may claim to be so much later than it was received, before its clock is not believed. */
  readonly maxSkewMs: number;
  /** Ids of events that are remembered, within the lateness; 0 where whoever hands events on hands on each once. */
  readonly maxEventIds: number;
}
export const defaultCorrelationOptions: CorrelationOptions = {
  latenessMs: 5 * 60_000,
  maxSkewMs: 5 * 60_000,
  maxGroups: 200_000,
  maxEntries: 10_000,
  maxEventIds: 500_000,
};

/** An event of which rules were true. */
export interface Occurred {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly eventId?: string | undefined;
  /** When it came to us, if that is known. */
  readonly receivedAt?: number | undefined;
  /** Numbers of the rules. */
  readonly rules: readonly number[];
  /** The value of a field of a rule in this event. */
  readonly read: (rule: number, field: string) => Scalar | undefined;
}

/** What an event is to one correlation, told by the event alone. Plain JSON data. */
export interface Counted {
  /** By its number, and which of its rules was true. */
  readonly correlation: number;
  readonly position: number;
  /** Absent when the event belongs to no group of it. */
  readonly key?: string;
  readonly value?: string | number;
  /** What correlations of this one group by; null for what is not there. */
  readonly carried?: readonly (string | null)[];
}

export interface Correlated {
  readonly rule: CorrelationRule;
  /** Field or alias → value. */
  readonly group: Readonly<Record<string, string>>;
  readonly time: number;
  readonly from: number;
  /** What the condition was held against: a count, a sum, how many rules occurred. */
  readonly value: number;
  /** Of the last hundred events. */
  readonly eventIds: readonly string[];
}

export interface CorrelatorState {
  readonly version: 1;
  readonly newest: number;
  readonly eventIds: readonly (readonly [string, number])[];
  readonly correlations: readonly {
    readonly id: string;
    readonly fingerprint: string;
    readonly groups: readonly GroupState[];
  }[];
}

const longKey = 400;
/** One for all: there are a million groups. */
const nothing: readonly undefined[] = [];
const noneCounted: readonly Counted[] = [];

export class Correlator {
  readonly #correlations: readonly LinkedCorrelation[];
  readonly #options: CorrelationOptions;
  readonly #groups: readonly Groups[];
  /** For each rule, and for each correlation, the correlations that it is a part of. */
  readonly #ofRule = new Map<number, { readonly correlation: number; readonly position: number }[]>();
  readonly #ofCorrelation = new Map<number, { readonly correlation: number; readonly position: number }[]>();
  readonly #seen = new Map<string, number>();
  #newest = Number.NEGATIVE_INFINITY;
  #skewed = 0;
  #duplicates = 0;
  #forgottenIds = 0;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(correlations: readonly LinkedCorrelation[], options: CorrelationOptions) {
    this.#correlations = correlations;
    this.#options = options;
    this.#groups = correlations.map((correlation) => new Groups(correlation, options));
    for (const [correlation, { members }] of correlations.entries())
      for (const [position, member] of members.entries()) {
        const users = 'rule' in member ? this.#ofRule : this.#ofCorrelation;
        const key = 'rule' in member ? member.rule : member.correlation;
        // The later places first: one event must not be two links of a chain.
        users.set(key, [{ correlation, position }, ...(users.get(key) ?? [])]);
      }
  }

  observe(event: Occurred): readonly Correlated[] {
    return this.count(event, this.countedIn(event.rules, event.read));
  }

  /** What these rules being true of an event is to the correlations: without memory. */
  countedIn(rules: readonly number[], read: Occurred['read']): readonly Counted[] {
    let counted: Counted[] | undefined;
    for (const rule of rules)
      for (const use of this.#ofRule.get(rule) ?? []) {
        counted ??= [];
        counted.push(this.#countedBy(use, (field) => read(rule, field)));
      }
    return counted ?? noneCounted;
  }

  /** An event, and what `countedIn` told of it; of most nothing, and only their time has come. */
  count(
    { time: told, receivedAt, eventId }: Omit<Occurred, 'rules' | 'read'>,
    counted: readonly Counted[],
  ): readonly Correlated[] {
    const time = this.#believed(told, receivedAt);
    if (counted.length === 0) return this.advance(time);
    const knows = this.#options.maxEventIds > 0;
    if (knows && eventId !== undefined && this.#wasSeen(eventId, time)) return [];
    const found: Correlated[] = this.#goOn(time);
    for (const each of counted) this.#enter(each, time, eventId, found);
    return found;
  }

  /** Time has come to `time`, although no event says so: what ends without another event is decided. */
  advance(time: number): Correlated[] {
    return this.#goOn(time);
  }

  get counts() {
    const sum = (of: (losses: Losses) => number) => this.#groups.reduce((total, { losses }) => total + of(losses), 0);
    return {
      groups: this.#groups.reduce((total, { size }) => total + size, 0),
      lost: {
        groups: sum(({ groups }) => groups),
        entries: sum(({ entries }) => entries),
        late: sum(({ late }) => late),
        ungrouped: sum(({ ungrouped }) => ungrouped),
        eventIds: this.#forgottenIds,
      },
      duplicates: this.#duplicates,
      skewed: this.#skewed,
    };
  }

  state(): CorrelatorState {
    return {
      version: 1,
      newest: Number.isFinite(this.#newest) ? this.#newest : 0,
      eventIds: [...this.#seen],
      correlations: this.#correlations.map(({ rule }, number) => ({
        id: rule.id,
        fingerprint: fingerprint(rule),
        groups: [...(this.#groups[number]?.state() ?? [])],
      })),
    };
  }

  /** Puts state back into a correlator that has seen nothing yet. @returns ids of correlations whose state no longer fits. */
  restore(state: CorrelatorState): readonly string[] {
    const dropped: string[] = [];
    this.#newest = Math.max(this.#newest, state.newest > 0 ? state.newest : Number.NEGATIVE_INFINITY);
    if (this.#options.maxEventIds > 0) for (const [id, time] of state.eventIds) this.#seen.set(id, time);
    for (const { id, fingerprint: was, groups } of state.correlations) {
      const number = this.#correlations.findIndex(({ rule }) => rule.id === id && fingerprint(rule) === was);
      if (number === -1) dropped.push(id);
      else for (const group of groups) this.#groups[number]?.restore(group);
    }
    return dropped;
  }

  get #watermark(): number {
    return this.#newest - this.#options.latenessMs;
  }

  /** A clock that runs ahead must not make everybody else's events too late. */
  #believed(time: number, receivedAt: number | undefined): number {
    if (receivedAt === undefined || time <= receivedAt + this.#options.maxSkewMs) return time;
    this.#skewed += 1;
    return receivedAt;
  }

  #wasSeen(id: string, time: number): boolean {
    if (this.#seen.has(id)) {
      this.#duplicates += 1;
      return true;
    }
    this.#seen.set(id, time);
    if (this.#seen.size > this.#options.maxEventIds) this.#forgetIds(1 + (this.#options.maxEventIds >> 4));
    return false;
  }

  /** The oldest, many at a time: finding the first key of a map passes over all that were deleted before it. */
  #forgetIds(count: number): void {
    let left = count;
    for (const id of this.#seen.keys()) {
      left -= 1;
      if (left < 0) return;
      this.#seen.delete(id);
      this.#forgottenIds += 1;
    }
  }

  /** An event below the watermark would be refused as late if it came again: its id need not be known. */
  #sweepIds(): void {
    this.#sweptAt = this.#newest;
    for (const [id, seen] of this.#seen) {
      if (seen >= this.#watermark) return;
      this.#seen.delete(id);
    }
  }

  #goOn(time: number): Correlated[] {
    if (time <= this.#newest) return [];
    this.#newest = time;
    if (time - this.#sweptAt >= this.#options.latenessMs / 16) this.#sweepIds();
    const found: Correlated[] = [];
    for (let number = 0; number < this.#groups.length; number += 1)
      for (const met of (this.#groups[number] as Groups).advance(this.#watermark)) this.#met(number, met, found);
    return found;
  }

  #countedBy(
    { correlation, position }: { readonly correlation: number; readonly position: number },
    read: (field: string) => Scalar | undefined,
  ): Counted {
    const { rule, groupFields, carries } = this.#correlations[correlation] as LinkedCorrelation;
    const parts = (groupFields[position] ?? []).map((field) => keyPart(read(field)));
    const value = rule.fields.length === 0 ? undefined : measuredValue(rule, rule.fields.map(read));
    if (parts.some((part) => part === undefined) || (rule.fields.length > 0 && value === undefined))
      return { correlation, position };
    const counted = { correlation, position, key: JSON.stringify(parts), ...(value === undefined ? {} : { value }) };
    return carries.length === 0
      ? counted
      : { ...counted, carried: carries.map((field) => keyPart(read(field)) ?? null) };
  }

  #enter(
    { correlation, position, key, value, carried }: Counted,
    time: number,
    eventId: string | undefined,
    found: Correlated[],
  ): void {
    const groups = this.#groups[correlation];
    if (groups === undefined) return;
    if (key === undefined) {
      groups.losses.ungrouped += 1;
      return;
    }
    const entry: Entry = { time, rule: position };
    if (value !== undefined) entry.value = value;
    if (eventId !== undefined) entry.eventId = eventId;
    const carries = carried === undefined ? nothing : carried.map((part) => part ?? undefined);
    const met = groups.observe(key, entry, carries, this.#watermark);
    if (met !== undefined) this.#met(correlation, met, found);
  }

  #met(number: number, met: Met, found: Correlated[]): void {
    const correlation = this.#correlations[number];
    if (correlation === undefined) return;
    const { rule, carries, stands } = correlation;
    const parts = JSON.parse(met.key) as readonly string[];
    const group = Object.fromEntries(rule.groupBy.map((field, index) => [field, parts[index] ?? '']));
    if (stands) found.push({ rule, group, time: met.time, from: met.from, value: met.value, eventIds: met.eventIds });
    const read = (field: string) => met.carried[carries.indexOf(field)];
    for (const use of this.#ofCorrelation.get(number) ?? [])
      this.#enter(this.#countedBy(use, read), met.time, met.eventIds.at(-1), found);
  }
}

/** Undefined for what is absent or null: such an event belongs to no group. */
function keyPart(value: Scalar | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return short(String(value));
}

function measuredValue(
  { type }: CorrelationRule,
  values: readonly (Scalar | undefined)[],
): string | number | undefined {
  if (type === 'value_count') {
    const parts = values.map(keyPart);
    return parts.some((part) => part === undefined) ? undefined : parts.length === 1 ? parts[0] : JSON.stringify(parts);
  }
  const [value] = values;
  return value === undefined ? undefined : scalarNumber(value);
}

/** A long value is kept as its digest: a key must not cost what an attacker writes into it. */
function short(text: string): string {
  if (text.length <= longKey) return text;
  return `${text.slice(0, 100)}…sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Of all that decides: state of a correlation with another one means something else. */
function fingerprint({
  type,
  rules,
  groupBy,
  timespanMs,
  bounds,
  occurrence,
  fields,
  percentile,
  aliases,
}: CorrelationRule): string {
  const parts = [
    type,
    rules,
    groupBy,
    timespanMs,
    bounds,
    occurrence ?? null,
    fields,
    percentile,
    [...aliases].map(([alias, of]) => [alias, [...of]]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
