/**
 * Carries messages to one outlet: in order, each at least once, however often either side dies on the way. It follows two logs that
 * never lose or reorder anything, detections by their number and the ledger by its index, and keeps its place in both.
 *
 * What must stay true: the place moves on only after the other side took a message or refused it for good; a refusal is counted, with
 * its reason, and never silent; an outlet that does not answer holds up itself and no other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findingSeverities } from '@firebreak/contract';
import type { Message, Outlet, OutletConfig } from './outlet.ts';

export interface Place {
  /** Of the last detection that was told. */
  readonly detection: number;
  /** Of the next ledger entry. */
  readonly entry: number;
}

export interface Mark {
  readonly place: Place;
  /** Null for what nobody wants to hear of: only the place moves. */
  readonly message: Message | null;
}

export interface CourierStore {
  /** Undefined for an outlet that is new: it hears of what comes from now on. */
  place(outlet: string): Promise<Place | undefined>;
  end(): Promise<Place>;
  save(outlet: string, place: Place): Promise<void>;
  /** A message that was refused for good. */
  refuse(outlet: string, message: Message, why: string): Promise<void>;
}

export interface CourierParts {
  readonly config: OutletConfig;
  readonly outlet: Outlet;
  readonly store: CourierStore;
  /** What is after a place, some of it at a time; empty at the end. */
  readonly after: (place: Place) => Promise<readonly Mark[]>;
  readonly now: () => Date;
}

export interface CourierState {
  readonly outlet: string;
  readonly kind: OutletConfig['kind'];
  /** Since the server started. */
  readonly told: number;
  readonly refused: number;
  readonly lastTold: string | null;
  /** What stands in the way now; null when nothing does. */
  readonly trouble: { readonly why: string; readonly since: string; readonly attempts: number } | null;
}

const firstPauseMs = 1000;
const longestPauseMs = 5 * 60_000;
const idleMs = 2000;

export class Courier {
  readonly #parts: CourierParts;
  #told = 0;
  #refused = 0;
  #lastTold: string | null = null;
  #trouble: { why: string; since: string; attempts: number } | null = null;
  #wake = new AbortController();

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  get state(): CourierState {
    const { id, kind } = this.#parts.config;
    return {
      outlet: id,
      kind,
      told: this.#told,
      refused: this.#refused,
      lastTold: this.#lastTold,
      trouble: this.#trouble,
    };
  }

  /** There may be something new. */
  wake(): void {
    this.#wake.abort();
  }

  /** Until the signal comes. */
  async run(signal: AbortSignal): Promise<void> {
    const { config, store, outlet } = this.#parts;
    try {
      while (!signal.aborted) {
        try {
          const known = await store.place(config.id);
          if (known === undefined) await store.save(config.id, await store.end());
          const marks = known === undefined ? [] : await this.#parts.after(known);
          for (const mark of marks) {
            if (!(await this.#deliver(mark, signal))) break;
            await store.save(config.id, mark.place);
          }
          if (marks.length === 0) await this.#pause(idleMs, signal);
        } catch (error) {
          if (signal.aborted) return;
          this.#fails(error instanceof Error ? error.message : String(error));
          await this.#pause(firstPauseMs, signal);
        }
      }
    } finally {
      await outlet.close();
    }
  }

  /** @returns whether the place may move on */
  async #deliver({ message }: Mark, signal: AbortSignal): Promise<boolean> {
    const { config, store, outlet, now } = this.#parts;
    if (message === null || !isWanted(message, config)) return true;
    while (!signal.aborted) {
      const told = await outlet.tell(message, signal);
      if (told.is !== 'later') {
        this.#trouble = null;
        if (told.is === 'told') {
          this.#told += 1;
          this.#lastTold = now().toISOString();
        } else {
          this.#refused += 1;
          await store.refuse(config.id, message, told.why);
        }
        return true;
      }
      const attempts = this.#fails(told.why);
      await this.#pause(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(20, attempts - 1)), signal, false);
    }
    return false;
  }

  #fails(why: string): number {
    const before = this.#trouble;
    this.#trouble = {
      why,
      since: before?.since ?? this.#parts.now().toISOString(),
      attempts: (before?.attempts ?? 0) + 1,
    };
    return this.#trouble.attempts;
  }

  async #pause(ms: number, signal: AbortSignal, wakes = true): Promise<void> {
    this.#wake = new AbortController();
    const either = wakes ? AbortSignal.any([signal, this.#wake.signal]) : signal;
    await sleep(ms, undefined, { signal: either }).catch(() => undefined);
  }
}

function isWanted({ kind, severity }: Message, { tells, from }: OutletConfig): boolean {
  if (!tells.includes(kind)) return false;
  return kind === 'response' || findingSeverities.indexOf(severity) >= findingSeverities.indexOf(from);
}
