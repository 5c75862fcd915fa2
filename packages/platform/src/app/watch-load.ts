/**
 * How much of what this server took in its watch still has to see, and how fast it sees: so that the line takes no more than will be
 * seen soon. No clock of its own.
 *
 * What must stay true: a watch that does not follow, or stands still, holds nobody up. What is not kept now is lost with a sender that
 * does not come again; what is kept is seen when the watch goes on.
 */
import type { AppendedBlock } from '../events/store.ts';
import { Pace } from './pace.ts';
import type { FollowerCounts } from './watch-follower.ts';

export interface WatchLoad {
  /** Events that were appended and not yet seen. */
  readonly unseen: number;
  /** Events that the watch sees in a second of work. */
  readonly perSecond: number;
}

type Reached = Pick<FollowerCounts, 'position' | 'seen' | 'busyMs'>;

const standsStillMs = 30_000;
const mostBlocks = 1000;

export class LoadMeter {
  #blocks: { upto: number; events: number }[] = [];
  #unseen = 0;
  readonly #pace = new Pace();
  #before: Reached | undefined;
  #movedAt = 0;

  appended({ no, upto, places }: Pick<AppendedBlock, 'no' | 'upto' | 'places'>): void {
    const events = places?.length ?? upto - no + 1;
    this.#unseen += events;
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#blocks.length >= mostBlocks) {
      last.upto = upto;
      last.events += events;
    } else this.#blocks.push({ upto, events });
  }

  /** @param at milliseconds of any clock that only goes forward */
  reached(now: Reached, at: number): void {
    const before = this.#before ?? { position: now.position, seen: now.seen, busyMs: now.busyMs };
    this.#before = { position: now.position, seen: now.seen, busyMs: now.busyMs };
    let count = 0;
    for (const { upto, events } of this.#blocks) {
      if (upto > now.position) break;
      count += 1;
      this.#unseen -= events;
    }
    this.#blocks.splice(0, count);
    if (now.position !== before.position || this.#unseen === 0 || this.#movedAt === 0) this.#movedAt = at;
    this.#pace.add(now.seen - before.seen, now.busyMs - before.busyMs);
  }

  /** A watch begins anew: what its counts were says nothing of it. */
  begun(): void {
    this.#before = undefined;
    this.#movedAt = 0;
  }

  /** Undefined while nobody follows. */
  load(at: number): WatchLoad | undefined {
    if (this.#before === undefined || at - this.#movedAt > standsStillMs) return undefined;
    return { unseen: this.#unseen, perSecond: this.#pace.perSecond };
  }
}
