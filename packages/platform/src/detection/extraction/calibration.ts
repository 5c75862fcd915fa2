/**
 * How unusual a value is among those of natural clients, without supposing any distribution (Vovk, Gammerman, Shafer 2005; the rank is
 * the p): among so many exchangeable values, each rank is as likely as any other. Kept are at most so many, each of all that came as
 * likely as any other (reservoir, Vitter 1985).
 */
import type { Draw } from '../drift/random-draws.ts';

const most = 1000;

export class Calibration {
  #values: number[];
  #came: number;
  #sorted: Float64Array | undefined;

  constructor(state: { readonly values: readonly number[]; readonly came: number } = { values: [], came: 0 }) {
    this.#values = [...state.values];
    this.#came = state.came;
  }

  get count(): number {
    return this.#values.length;
  }

  add(value: number, draw: Draw): void {
    this.#came += 1;
    this.#sorted = undefined;
    if (this.#values.length < most) this.#values.push(value);
    else {
      const place = Math.floor(draw() * this.#came);
      if (place < most) this.#values[place] = value;
    }
  }

  /** How likely a natural client's window is to be this far up. Ties count against it being unusual. */
  p(value: number): number {
    this.#sorted ??= Float64Array.from(this.#values).sort();
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return (this.#sorted.length - low + 1) / (this.#sorted.length + 1);
  }

  state(): { readonly values: readonly number[]; readonly came: number } {
    return { values: [...this.#values], came: this.#came };
  }
}
