/** The estate as last collected, with its graph; collecting again replaces both at once, so that an answer never mixes two. */
import type { Estate, Gap } from '@firebreak/contract';
import { shareFacts } from '../facts/changes.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { edgeRules } from '../graph/edges/index.ts';
import { GraphKeeper } from '../graph/graph-keeper.ts';
import { nodeRules } from '../graph/nodes/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Target } from './joined-target.ts';

export interface Collected {
  readonly estate: Estate;
  readonly gaps: readonly Gap[];
  readonly graph: AttackGraph;
  readonly at: Date;
}

export class EstateHolder {
  readonly target: Target;
  readonly #keepFor: ((estate: Estate, at: Date) => void) | undefined;
  readonly #clock: Clock;
  /** Makes each graph from the one before: between two collections little has changed. */
  readonly #keeper = new GraphKeeper(nodeRules, edgeRules);
  readonly #listeners: ((estate: Estate) => void)[] = [];
  #current: Collected | undefined;
  #collecting: Promise<Collected> | undefined;

  /** @param each told of every estate that becomes current */
  constructor(target: Target, clock: Clock, each?: (estate: Estate, at: Date) => void) {
    this.target = target;
    this.#clock = clock;
    this.#keepFor = each;
  }

  /** Tells of every estate from now on that becomes current, and of the one that is. */
  listen(each: (estate: Estate) => void): void {
    this.#listeners.push(each);
    if (this.#current !== undefined) each(this.#current.estate);
  }

  /** What is known; collected now when it never was. */
  async current(signal: AbortSignal = new AbortController().signal): Promise<Collected> {
    return this.#current ?? this.collect(signal);
  }

  /** Collects afresh. Callers that ask while one is under way share the next one, never the running one: it may have begun too early. */
  async collect(signal: AbortSignal): Promise<Collected> {
    const running = this.#collecting;
    if (running !== undefined) await running.catch(() => undefined);
    if (this.#collecting !== undefined && this.#collecting !== running) return this.#collecting;
    const next = this.#collect(signal);
    this.#collecting = next;
    try {
      return await next;
    } finally {
      if (this.#collecting === next) this.#collecting = undefined;
    }
  }

  /**
   * Keeps what is known current from the target's own changes, and calls `each` after every batch. The graph is derived
   * when somebody asks, from the one that was derived last. Ends with the signal; where nothing changes by itself it returns at once.
   */
  async follow(signal: AbortSignal, each: () => void): Promise<void> {
    for await (const estate of this.target.follow?.(signal) ?? []) {
      this.#keep(estate, estate.gaps);
      each();
    }
  }

  async #collect(signal: AbortSignal): Promise<Collected> {
    const { estate: read, gaps } = await this.target.collect(signal);
    const known = this.#current?.estate;
    return this.#keep(known === undefined ? read : shareFacts(known, read), gaps);
  }

  #keep(estate: Estate, gaps: readonly Gap[]): Collected {
    let graph: AttackGraph | undefined;
    const keeper = this.#keeper;
    const at = this.#clock.now();
    const collected: Collected = {
      estate,
      gaps,
      at,
      get graph() {
        graph ??= keeper.graphOf(estate);
        return graph;
      },
    };
    this.#current = collected;
    this.#keepFor?.(estate, at);
    for (const each of this.#listeners) each(estate);
    return collected;
  }
}
