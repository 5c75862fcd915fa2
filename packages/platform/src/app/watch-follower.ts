/**
 * Drives the watch along the event store: reads what was appended, in that order, and hands on what is found.
 *
 * What must stay true:
 *
 * - The store is the only way in. So a watch that was killed reads on from the place that it saved, and comes to the same detections
 *   again; their ids are the same, and whoever takes them counts each once.
 * - A place is saved only when all detections up to it were taken.
 * - Time is the events'. When none come, time goes on as the clock does, but from the newest event: a log of last week that is played
 *   in is not made too late by today's date.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Detection, NormalEvent, StreamDetector } from '@firebreak/contract';
import { defaultCorrelationOptions } from '../detection/sigma/correlation/correlator.ts';
import type { SigmaEngine } from '../detection/sigma/engine/sigma-engine.ts';
import { Watch } from '../detection/watch.ts';
import type { WatchPlaces } from '../detection/watch-place.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import type { EventStore } from '../events/store.ts';

/** Detections of a batch of events, in the order found. Those that come twice have the same id. */
export type TakeDetections = (detections: readonly Detection[]) => Promise<void>;

export interface FollowerParts {
  /** Name of the watch, under which its place is kept. */
  readonly name: string;
  readonly events: Pick<EventStore, 'after' | 'byIds'>;
  readonly places: WatchPlaces;
  /** Where it begins when it has no place yet. */
  readonly from?: number;
  readonly engine: SigmaEngine;
  readonly detectors: readonly StreamDetector[];
  readonly take: TakeDetections;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly saveEachMs?: number;
  readonly onTrouble?: (error: unknown) => void;
}

export interface FollowerCounts {
  /** Number of the last event that was seen. */
  readonly position: number;
  readonly seen: number;
  /** Milliseconds of work on what it saw. */
  readonly busyMs: number;
  readonly detections: number;
  /** From the arrival of an event until it was seen and what it completed was taken, milliseconds; of the last batches. */
  readonly lagMs: { readonly p50: number; readonly p99: number } | null;
  /** Events that were told of so long after newer ones that correlations passed them over; since the start. */
  readonly late: number;
  /** Detectors that were stopped because they failed, and why. */
  readonly stopped: readonly { readonly detector: string; readonly why: string }[];
}

const batchSize = 2000;
const handEach = 250;
const saveEach = 20_000;
/** So many times what writing the state down took. */
const saveRestsFor = 50;
/** Others may append as well, and nobody says so. */
const lookEachMs = 1000;
/** With nothing new for so long, time is told to the watch. */
const idleMs = 5000;
const troubleMs = 1000;
const lagsKept = 500;

export class WatchFollower {
  readonly #parts: FollowerParts;
  readonly #watch: Watch;
  #position: number;
  /** The watch has seen events up to here; beyond the position while what it found could not be handed on. */
  #judged: number;
  #left: Detection[] = [];
  #savedPosition: number;
  #newest: number;
  #seen = 0;
  #busyMs = 0;
  #detections = 0;
  #fallen = 0;
  #late = 0;
  /** Of each of the last batches, that of its first event. */
  readonly #lags: number[] = [];
  /** A place on its way to where it is kept; what it says is written down already. */
  #saving: Promise<void> | undefined;
  #waiting = Promise.withResolvers<void>();

  private constructor(parts: FollowerParts, watch: Watch, position: number, newest: number) {
    this.#parts = parts;
    this.#watch = watch;
    this.#position = position;
    this.#judged = position;
    this.#savedPosition = position;
    this.#newest = newest;
  }

  static async open(parts: FollowerParts): Promise<WatchFollower> {
    const { engine, detectors, events, places, name, from = 0 } = parts;
    const place = await places.load(name);
    const remembered = await events.byIds(place?.state.remembered ?? []);
    const watch = new Watch({ engine, detectors, state: place?.state, remembered });
    return new WatchFollower(parts, watch, place?.position ?? from, place?.newest ?? 0);
  }

  get counts(): FollowerCounts {
    return {
      position: this.#position,
      seen: this.#seen,
      busyMs: this.#busyMs,
      detections: this.#detections,
      lagMs: quantiles(this.#lags),
      late: this.#late,
      stopped: [
        ...[...this.#watch.failures].map(([detector, why]) => ({ detector, why })),
        ...(this.#fallen === 0 ? [] : [{ detector: 'rules', why: `They fell over ${this.#fallen} events.` }]),
      ],
    };
  }

  /** Something was appended. */
  nudge(): void {
    this.#waiting.resolve();
  }

  /** Follows until the signal ends it; then its place is saved. What goes wrong is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    let savedAt = this.#parts.now();
    let heardAt = this.#parts.now();
    let toldAt = heardAt;
    let saveEachMs = this.#parts.saveEachMs ?? saveEach;
    while (!signal.aborted) {
      this.#waiting = Promise.withResolvers();
      try {
        const now = this.#parts.now();
        if (await this.#next()) heardAt = toldAt = this.#parts.now();
        else if (now - toldAt >= idleMs) {
          toldAt = now;
          await this.#advance(this.#newest + (now - heardAt));
        } else await this.#rest(signal);
        if (this.#saving !== undefined || this.#parts.now() - savedAt < saveEachMs) continue;
        const began = this.#parts.now();
        this.#saving = this.#save()
          .catch((error: unknown) => this.#parts.onTrouble?.(error))
          .finally(() => {
            this.#saving = undefined;
          });
        // A large state takes long to be written down, and nothing is seen meanwhile.
        savedAt = this.#parts.now();
        saveEachMs = Math.max(this.#parts.saveEachMs ?? saveEach, saveRestsFor * (savedAt - began));
      } catch (error) {
        if (signal.aborted) break;
        this.#parts.onTrouble?.(error);
        await sleep(troubleMs, undefined, { signal }).catch(() => undefined);
      }
    }
    await this.#saving;
    await this.#save();
  }

  /** @returns whether there was anything. */
  async #next(): Promise<boolean> {
    const began = this.#parts.now();
    const batch = await this.#parts.events.after(this.#position, batchSize);
    const last = batch.at(-1);
    if (last === undefined) return false;
    let found: Detection[] = [...this.#left];
    let unhanded = 0;
    for (const kept of batch) {
      const { received, no } = kept;
      if (no <= this.#judged) continue;
      const time = this.#passed(kept, found) ?? this.#judge(kept, found);
      if (time < this.#newest - defaultCorrelationOptions.latenessMs) this.#late += 1;
      this.#newest = Math.max(this.#newest, Math.min(time, received.getTime()));
      this.#seen += 1;
      this.#judged = no;
      unhanded += 1;
      // What was found does not wait for the rest of a large block.
      if (unhanded < handEach || found.length === 0) continue;
      await this.#hand(found);
      found = [];
      unhanded = 0;
    }
    this.#judged = last.no;
    await this.#hand(found);
    this.#position = last.no;
    const ended = this.#parts.now();
    this.#busyMs += Math.max(0, ended - began);
    this.#lags.push(Math.max(0, ended - (batch[0]?.received.getTime() ?? 0)));
    if (this.#lags.length > lagsKept) this.#lags.shift();
    return true;
  }

  /** The time of an event that nobody has to see (ms since 1970); undefined for any other. */
  #passed(kept: KeptEvent, found: Detection[]): number | undefined {
    const passed = this.#watch.pass(kept, kept.received.getTime());
    if (passed === undefined) return undefined;
    for (const each of passed) found.push(each);
    return kept.look?.time;
  }

  /**
   * An event that the rules fall over is passed, and that is told: it must not hold up all that come after it.
   *
   * @returns its time, ms since 1970
   */
  #judge(kept: KeptEvent, found: Detection[]): number {
    const { received, formText, rawText } = kept;
    // Parsed here and let go: a block of events that all stay until its end would have to be copied by the collector.
    const event = formText === undefined ? kept.event : (JSON.parse(formText) as NormalEvent);
    try {
      const seen = { event, raw: JSON.parse(rawText) as unknown, rawText };
      for (const each of this.#watch.see(seen, received.getTime(), formText)) found.push(each);
    } catch (error) {
      this.#fallen += 1;
      this.#parts.onTrouble?.(new Error(`The rules fell over the event ${event.id}.`, { cause: error }));
    }
    return Date.parse(event.time);
  }

  async #advance(time: number): Promise<void> {
    await this.#hand([...this.#left, ...this.#watch.advance(time)]);
  }

  /** What could not be taken is kept until it is: the watch does not find it again. */
  async #hand(found: Detection[]): Promise<void> {
    this.#left = found;
    if (found.length > 0) await this.#parts.take(found);
    this.#left = [];
    this.#detections += found.length;
  }

  async #save(): Promise<void> {
    if (this.#left.length > 0 || this.#position === this.#savedPosition) return;
    const position = this.#position;
    await this.#parts.places.save(this.#parts.name, { position, newest: this.#newest, state: this.#watch.state() });
    this.#savedPosition = position;
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const resting = new AbortController();
    const timer = sleep(lookEachMs, undefined, { signal: AbortSignal.any([signal, resting.signal]) }).catch(
      () => undefined,
    );
    await Promise.race([this.#waiting.promise, timer]);
    resting.abort();
  }
}

function quantiles(values: readonly number[]): FollowerCounts['lagMs'] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99) };
}
