/**
 * How far a query is from everything that was asked naturally: its distance to the nearest of 512 natural queries. A query that an
 * algorithm made stands out by itself, however many natural ones are sent with it, and however peculiar a client's interests are.
 */
import type { Draw } from '../drift/random-draws.ts';
import { bytesOf, places } from './query-vector.ts';

const most = 512;

export interface NaturalSampleState {
  readonly points: string;
  readonly count: number;
  readonly came: number;
  readonly usual: number | null;
}

export class NaturalSample {
  readonly #points = new Int8Array(most * places);
  #count: number;
  #came: number;
  /** The distance that one natural query in twenty is beyond, once the sample is closed. */
  #usual: number | undefined;

  constructor(state?: NaturalSampleState) {
    this.#count = state?.count ?? 0;
    this.#came = state?.came ?? 0;
    this.#usual = state?.usual ?? undefined;
    if (state !== undefined)
      this.#points.set(new Int8Array(Buffer.from(state.points, 'base64')).subarray(0, most * places));
  }

  get closed(): boolean {
    return this.#usual !== undefined;
  }

  /** Each of all that came is as likely to be in the sample (Vitter 1985). */
  add(point: Float64Array, draw: Draw): void {
    this.#came += 1;
    const slot = this.#count < most ? this.#count++ : Math.floor(draw() * this.#came);
    if (slot < most) this.#points.set(bytesOf(point), slot * places);
  }

  /** Learns what is usual: how far each of the sample is from the others. */
  close(): void {
    const distances = Array.from({ length: this.#count }, (_, slot) =>
      this.#nearest(this.#points.subarray(slot * places, (slot + 1) * places), slot, places),
    ).sort((a, b) => a - b);
    this.#usual = distances[Math.floor(0.95 * distances.length)] || 1;
  }

  /** How far beyond what is usual, in units of that; 0 for a natural one nearly always. */
  novelty(point: Float64Array, used: number): number {
    return this.#usual === undefined ? 0 : Math.max(0, this.#nearest(bytesOf(point), -1, used) / this.#usual - 1);
  }

  state(): NaturalSampleState {
    return {
      points: Buffer.from(this.#points.buffer, 0, this.#count * places).toString('base64'),
      count: this.#count,
      came: this.#came,
      usual: this.#usual ?? null,
    };
  }

  /** @param used places beyond which every point so far is zero */
  #nearest(point: Int8Array, except: number, used: number): number {
    const points = this.#points;
    let nearest = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < this.#count; slot++) {
      if (slot === except) continue;
      let distance = 0;
      const start = slot * places;
      for (let place = 0; place < used && distance < nearest; place += 8)
        for (let each = place; each < place + 8; each++) {
          const apart = (points[start + each] as number) - (point[each] as number);
          distance += apart * apart;
        }
      nearest = Math.min(nearest, distance);
    }
    return Math.sqrt(nearest);
  }
}
