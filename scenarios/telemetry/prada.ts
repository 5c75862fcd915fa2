/**
 * The baseline: PRADA (Juuti et al., EuroS&P 2019) as published. For each class a growing set of the client's points; of every query the
 * distance to the nearest of its class; once there are a hundred, the client is an attacker when these, without outliers beyond three
 * deviations, do not look normal: W below a limit.
 */
import { shapiroWilk } from '../../packages/platform/src/detection/extraction/normality.ts';
import type { Point } from './small-model.ts';

const fewest = 100;

export class Prada {
  readonly #distances: number[] = [];
  readonly #sets = new Map<number, { readonly points: Point[]; readonly apart: number[] }>();

  /** @returns W, once there are enough distances */
  add(point: Point, label: number): number | undefined {
    const set = this.#sets.get(label) ?? { points: [], apart: [] };
    this.#sets.set(label, set);
    if (set.points.length === 0) {
      set.points.push(point);
      return undefined;
    }
    let nearest = Number.POSITIVE_INFINITY;
    for (const other of set.points) {
      let distance = 0;
      for (let place = 0; place < point.length; place++)
        distance += ((point[place] as number) - (other[place] as number)) ** 2;
      nearest = Math.min(nearest, distance);
    }
    const distance = Math.sqrt(nearest);
    this.#distances.push(distance);
    const { mean, deviation } = spreadOf(set.apart);
    if (set.apart.length < 2 || distance >= mean - deviation) {
      set.points.push(point);
      set.apart.push(distance);
    }
    if (this.#distances.length < fewest || this.#distances.length % 10 !== 0) return undefined;
    const all = spreadOf(this.#distances);
    const kept = this.#distances.filter((each) => Math.abs(each - all.mean) <= 3 * all.deviation);
    return kept.length < fewest / 2 ? 0 : shapiroWilk(kept);
  }
}

function spreadOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}
