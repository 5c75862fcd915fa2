/** How many events a second of work something does. No clock of its own; what was longer ago counts ever less. */

/** Until it is known; and what it never falls below, because few events at a time are slow and say little of many. */
const first = 10_000;
const least = 2000;
/** Of its work. */
const memoryMs = 1000;

export class Pace {
  #perSecond = first;

  get perSecond(): number {
    return this.#perSecond;
  }

  /** @param busyMs what they took */
  add(events: number, busyMs: number): void {
    if (busyMs <= 0) return;
    const weight = Math.min(1, busyMs / memoryMs);
    const measured = (events / busyMs) * 1000;
    this.#perSecond = Math.max(least, this.#perSecond * (1 - weight) + measured * weight);
  }
}
