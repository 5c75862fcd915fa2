/** Events played back at the pace of their own times: as far apart as they happened, divided by a factor. */
import { normalise } from '../../events/normalise.ts';

export class EventPace {
  readonly #factor: number;
  #start: { readonly event: number; readonly clock: number } | undefined;

  constructor(factor: number) {
    this.#factor = factor;
  }

  /** @param text an event as JSON @returns milliseconds until its turn; none for one that tells no time, or an earlier one */
  until(text: string, now: number): number {
    const time = timeOf(text);
    if (time === undefined) return 0;
    this.#start ??= { event: time, clock: now };
    return Math.max(0, (time - this.#start.event) / this.#factor - (now - this.#start.clock));
  }
}

function timeOf(text: string): number | undefined {
  for (const read of normalise(JSON.parse(text), { locator: '', received: '' }))
    if ('event' in read && read.event.timeIs === 'told') return Date.parse(read.event.time);
  return undefined;
}
