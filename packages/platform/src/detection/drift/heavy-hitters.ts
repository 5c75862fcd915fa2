/**
 * The values that come most often, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi 2005). What is counted is never too
 * low, and too high by at most `over`; a value with more than 1/capacity of all records is always among them. Sketches of parts can
 * be merged into one of the whole (Agarwal et al. 2012).
 */

export interface HeavyHitterState {
  readonly total: number;
  readonly kept: readonly (readonly [value: string, count: number, over: number])[];
}

export interface HeavyHitter {
  readonly value: string;
  readonly count: number;
  /** By how much the count may be too high. */
  readonly over: number;
}

export class HeavyHitters {
  readonly #capacity: number;
  readonly #kept = new Map<string, { count: number; over: number }>();
  #total = 0;

  constructor(capacity: number, state?: HeavyHitterState) {
    this.#capacity = capacity;
    if (state === undefined) return;
    this.#total = state.total;
    for (const [value, count, over] of state.kept) this.#kept.set(value, { count, over });
  }

  get total(): number {
    return this.#total;
  }

  add(value: string, count = 1, over = 0): void {
    this.#total += count;
    const known = this.#kept.get(value);
    if (known !== undefined) {
      known.count += count;
      known.over += over;
    } else if (this.#kept.size < this.#capacity) this.#kept.set(value, { count, over });
    else {
      const [rarest, least] = this.#rarest();
      this.#kept.delete(rarest);
      this.#kept.set(value, { count: least + count, over: least + over });
    }
  }

  merge(other: HeavyHitters): void {
    for (const { value, count, over } of other.top()) this.add(value, count, over);
    this.#total += other.#total - other.top().reduce((sum, { count }) => sum + count, 0);
  }

  /** The most frequent first. */
  top(most = this.#capacity): HeavyHitter[] {
    return [...this.#kept]
      .map(([value, { count, over }]) => ({ value, count, over }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, most);
  }

  state(): HeavyHitterState {
    return { total: this.#total, kept: [...this.#kept].map(([value, { count, over }]) => [value, count, over]) };
  }

  #rarest(): [string, number] {
    let [rarest, least] = ['', Number.POSITIVE_INFINITY];
    for (const [value, { count }] of this.#kept) if (count < least) [rarest, least] = [value, count];
    return [rarest, least];
  }
}
