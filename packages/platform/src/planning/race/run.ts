/**
 * One race after the other: when the attacker can hold each node, while the responder's steps close ways behind and before them.
 * Dijkstra over a hypergraph, by time: a step with several needs starts when the last of them is held.
 *
 * What must stay true:
 * - A way must be open, and what it starts from held, from the start of a step to its end.
 * - What the attacker got hold of stays theirs (a copy, a foothold, a token), but for what is nothing by itself: a permission, or the
 *   sight of an endpoint, ends when the way to it is closed. So such a node may be held several times, each time until then; being
 *   held later counts only when it is held longer.
 * - Durations belong to (run, edge) and not to the order of the search: the same attacker for every order.
 */
import { type Hypergraph, tailCounts } from '../../graph/hypergraph.ts';
import type { Battlefield } from './battlefield.ts';
import { chance, quantile } from './chance.ts';
import { LabelHeap } from './label-heap.ts';
import { type Schedule, type ScheduleQuestion, scheduleOf } from './schedule.ts';
import type { RaceOptions } from './times.ts';

/** What the numbers of an edge are for; edges count from 0, the responder's numbers from −2 down. */
const draws = { time: 0, pause: 0x1000_0000, odds: 0x2000_0000 } as const;
/** The seed of what is drawn for edges differs, so that no edge shares a number with a step. */
const edgeSeed = 0x51ed_270b;
const never = Number.POSITIVE_INFINITY;
const none: readonly number[] = [];

class Racer {
  readonly #field: Battlefield;
  readonly #region: Hypergraph;
  readonly #options: RaceOptions;
  readonly #heap = new LabelHeap();
  /** By node, until when it is held by the best way so far; 0 when it never was. */
  readonly #until: Float64Array;
  readonly #touched: number[] = [];
  /** By AND-step, how many of its tails were ever held. */
  readonly #have: Int32Array;
  readonly #tails: Int32Array;
  readonly #took: Float64Array;
  readonly #drawn: Int32Array;
  #run = -1;
  #schedule: Schedule | undefined;

  constructor(field: Battlefield, options: RaceOptions) {
    const { region } = field;
    this.#field = field;
    this.#region = region;
    this.#options = options;
    this.#until = new Float64Array(region.nodeCount);
    this.#have = new Int32Array(region.edgeCount - region.plainCount);
    this.#tails = tailCounts(region);
    this.#took = new Float64Array(region.edgeCount);
    this.#drawn = new Int32Array(region.edgeCount).fill(-1);
  }

  /** The loss of one run under one schedule. */
  race(run: number, schedule: Schedule): number {
    const { starts, values } = this.#field;
    this.#run = run;
    this.#schedule = schedule;
    this.#have.fill(0);
    for (const node of this.#touched) this.#until[node] = 0;
    this.#touched.length = 0;
    this.#heap.clear();
    for (const start of starts) this.#heap.add(start, 0, never);
    let loss = 0;
    for (let label = this.#heap.take(); label >= 0; label = this.#heap.take()) {
      const node = this.#heap.nodeOf(label);
      const [now, until] = [this.#heap.timeOf(label), this.#heap.untilOf(label)];
      const before = this.#until[node] as number;
      if (until <= before) continue;
      if (before === 0) {
        this.#touched.push(node);
        if (now > 0) loss += values[node] as number;
      }
      this.#until[node] = until;
      this.#goOn(node, now, until, before === 0);
    }
    return loss;
  }

  #goOn(node: number, now: number, until: number, isFirst: boolean): void {
    const { offsets, needOffsets, neededBy, plainCount } = this.#region;
    for (let edge = offsets[node] as number; edge < (offsets[node + 1] as number); edge += 1)
      this.#take(edge, now, until);
    for (let at = needOffsets[node] as number; at < (needOffsets[node + 1] as number); at += 1) {
      const edge = neededBy[at] as number;
      const and = edge - plainCount;
      if (isFirst) this.#have[and] = (this.#have[and] as number) + 1;
      if (this.#have[and] !== this.#tails[and]) continue;
      let all = until;
      for (const tail of this.#region.tailsOf(edge)) all = Math.min(all, this.#until[tail] as number);
      this.#take(edge, now, all);
    }
  }

  #take(edge: number, now: number, until: number): void {
    const took = this.#duration(edge);
    if (now + took > Math.min(until, this.#options.horizon)) return;
    const { severedBy, severedTowards } = this.#field;
    const { heads, offsets } = this.#region;
    const head = heads[edge] as number;
    const whole = severedBy.get(edge) ?? none;
    const towards = severedTowards.get(edge);
    if (towards === undefined) {
      this.#finish(head, whole, now, took, until);
      return;
    }
    // The hub stands for all its members only where none of them is cut off by itself.
    for (let out = offsets[head] as number; out < (offsets[head + 1] as number); out += 1) {
      const member = heads[out] as number;
      const blockers = towards.get(member);
      this.#finish(member, blockers === undefined ? whole : [...whole, ...blockers], now, took, until);
    }
  }

  /** Adds a label for every time in which the way is open long enough; for what stays theirs, the first will do. */
  #finish(head: number, blockers: readonly number[], now: number, took: number, until: number): void {
    const keeps = this.#field.keeps[head] === 1;
    for (let start = now; start + took <= Math.min(until, this.#options.horizon); ) {
      const closes = nextClosing(blockers, start, this.#schedule as Schedule);
      if (closes > start && start + took <= closes) {
        this.#arrive(head, start + took, keeps ? never : Math.min(until, closes));
        if (keeps) return;
      }
      start = nextOpening(blockers, Math.max(start, closes), this.#schedule as Schedule);
    }
  }

  #arrive(node: number, at: number, until: number): void {
    if (until > (this.#until[node] as number) && until > at) this.#heap.add(node, at, until);
  }

  /** Drawn once a run, whatever the schedule; infinity when this attacker does not manage it. */
  #duration(edge: number): number {
    if (this.#drawn[edge] !== this.#run) {
      this.#drawn[edge] = this.#run;
      this.#took[edge] = this.#draw(edge);
    }
    return this.#took[edge] as number;
  }

  #draw(edge: number): number {
    const time = this.#field.times[edge];
    if (time === undefined) return 0;
    const { pause } = this.#options;
    const seed = this.#options.seed ^ edgeSeed;
    const odds = this.#field.odds[edge] as number;
    if (odds < 1 && chance(seed, this.#run, draws.odds + edge) >= odds) return never;
    const looking = this.#field.pauses[edge] === 1 ? quantile(pause, chance(seed, this.#run, draws.pause + edge)) : 0;
    return looking + quantile(time, chance(seed, this.#run, draws.time + edge));
  }
}

/** A step closes its ways from when it holds until it is put back, and for good once that is repaired. */
function isClosed(step: number, at: number, { holds, putBack, repaired }: Schedule): boolean {
  const [from, to] = [holds[step] as number, putBack[step] as number];
  return (at >= from && at < to) || (to < never && at >= repaired);
}

/** When a way that is open now closes; now when it is closed, infinity when it never does. */
function nextClosing(blockers: readonly number[], now: number, schedule: Schedule): number {
  let soonest = never;
  for (const step of blockers) {
    if (isClosed(step, now, schedule)) return now;
    const from = schedule.holds[step] as number;
    soonest = Math.min(soonest, from >= now ? from : schedule.repaired);
  }
  return soonest;
}

/** When a way that is closed opens again; infinity when it never does. */
function nextOpening(blockers: readonly number[], now: number, schedule: Schedule): number {
  let at = now;
  for (let moved = true; moved && at < never; ) {
    moved = false;
    for (const step of blockers) {
      if (!isClosed(step, at, schedule)) continue;
      const back = schedule.putBack[step] as number;
      at = at < back ? back : never;
      moved = true;
    }
  }
  return at;
}

export interface RaceOutcome {
  /** By run. */
  readonly losses: Float64Array;
  /** Mean seconds until the last step held. */
  readonly seconds: number;
}

/** Runs every question against the same attackers. */
export function raceAll(
  field: Battlefield,
  questions: readonly ScheduleQuestion[],
  options: RaceOptions,
): RaceOutcome[] {
  const racer = new Racer(field, options);
  const losses = questions.map(() => new Float64Array(options.runs));
  const ends = questions.map(() => 0);
  for (let run = 0; run < options.runs; run += 1) {
    for (const [at, question] of questions.entries()) {
      const schedule = scheduleOf(question, run, options);
      (losses[at] as Float64Array)[run] = racer.race(run, schedule);
      ends[at] = (ends[at] as number) + schedule.end;
    }
  }
  return losses.map((each, at) => ({ losses: each, seconds: (ends[at] as number) / options.runs }));
}
