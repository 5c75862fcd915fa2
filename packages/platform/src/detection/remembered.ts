/**
 * The newest events that some rule was true for, so that what a correlation counted can be cited. They are many and live for minutes:
 * as objects or texts the collector would have to copy and look through them again and again, so they lie as bytes in one ring outside
 * of its heap, written over from the oldest on. What must stay true: whoever is in the map is whole in the ring.
 */
import type { NormalEvent } from '@firebreak/contract';

const mostEvents = 20_000;
/** Memory that is not written to is not there. */
const usualBytes = 32 << 20;

interface Place {
  readonly id: string;
  readonly at: number;
  readonly end: number;
}

export class RememberedEvents {
  readonly #ring: Buffer;
  readonly #places = new Map<string, Place>();
  /** The oldest first, those among them that have been told anew since. */
  #order: Place[] = [];
  #oldest = 0;
  #at = 0;

  constructor(bytes = usualBytes) {
    this.#ring = Buffer.allocUnsafeSlow(bytes);
  }

  /** The newest last. */
  get ids(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** @param form its JSON, as text or in UTF-8; one that is too long is not remembered */
  add(id: string, form: string | Uint8Array): void {
    const length = typeof form === 'string' ? Buffer.byteLength(form) : form.byteLength;
    if (length > this.#ring.byteLength) return;
    if (this.#at + length > this.#ring.byteLength) this.#wrap();
    this.#makeRoom(this.#at + length);
    const place = { id, at: this.#at, end: this.#at + length };
    if (typeof form === 'string') this.#ring.write(form, place.at, 'utf8');
    else this.#ring.set(form, place.at);
    this.#at = place.end;
    this.#places.delete(id);
    this.#places.set(id, place);
    this.#order.push(place);
    if (this.#order.length - this.#oldest > mostEvents) this.#forget();
  }

  get(id: string): NormalEvent | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    return JSON.parse(this.#ring.toString('utf8', place.at, place.end)) as NormalEvent;
  }

  /** What lies behind is of the last time round: it is the oldest. */
  #wrap(): void {
    this.#makeRoom(this.#ring.byteLength);
    this.#at = 0;
  }

  /** Forgets those that lie between where is written next and `end`. */
  #makeRoom(end: number): void {
    for (let next = this.#order[this.#oldest]; next !== undefined; next = this.#order[this.#oldest]) {
      if (next.at < this.#at || next.at >= end) return;
      this.#forget();
    }
  }

  #forget(): void {
    const gone = this.#order[this.#oldest];
    this.#oldest += 1;
    if (gone !== undefined && this.#places.get(gone.id) === gone) this.#places.delete(gone.id);
    if (this.#oldest < mostEvents) return;
    this.#order = this.#order.slice(this.#oldest);
    this.#oldest = 0;
  }
}
