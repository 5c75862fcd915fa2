/**
 * Quantiles of a stream in bounded memory: DDSketch (Masson, Rim, Lee, VLDB 2019) as Datadog publishes it. Every quantile is within 2 %
 * of the true value; sketches merge without losing that. At most 512 buckets a sign: beyond that the values nearest to zero are
 * taken together.
 */
import { DDSketch, LogCollapsingLowestDenseDDSketch } from '@datadog/sketches-js';

const accuracy = { relativeAccuracy: 0.02, binLimit: 512 };
/** Outside of it a logarithm of the value is no bucket. */
const [smallest, largest] = [1e-150, 1e150];

export class Quantiles {
  readonly #sketch = new LogCollapsingLowestDenseDDSketch(accuracy);

  /** @param state what `state` gave; what is none is refused by an exception. */
  constructor(state?: string) {
    if (state !== undefined) this.#take(DDSketch.fromProto(Buffer.from(state, 'base64')));
  }

  add(value: number): void {
    const size = Math.abs(value);
    if (size > largest) this.#sketch.accept(Math.sign(value) * largest);
    else this.#sketch.accept(size < smallest ? 0 : value);
  }

  merge(other: Quantiles): void {
    this.#take(other.#sketch);
  }

  get count(): number {
    return this.#sketch.count;
  }

  /** @param share 0 to 1. NaN of nothing. */
  at(share: number): number {
    return this.#sketch.getValueAtQuantile(share);
  }

  /** The library's own `merge` (2.1.1) leaves zeros and negative numbers out. */
  #take(other: Pick<DDSketch, 'store' | 'negativeStore' | 'zeroCount' | 'count' | 'sum' | 'min' | 'max'>): void {
    const sketch = this.#sketch;
    sketch.store.merge(other.store);
    sketch.negativeStore.merge(other.negativeStore);
    sketch.zeroCount += other.zeroCount;
    sketch.count += other.count;
    sketch.sum += other.sum;
    sketch.min = Math.min(sketch.min, other.min);
    sketch.max = Math.max(sketch.max, other.max);
  }

  state(): string {
    return Buffer.from(this.#sketch.toProto()).toString('base64');
  }
}
