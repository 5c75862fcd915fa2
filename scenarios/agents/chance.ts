/** Seeded chance: the same seed tells the same story (mulberry32). */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }
  is(share: number): boolean {
    return this.next() < share;
  }
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }
  of<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T;
  }
  /** Few are drawn often, most seldom, as with customers and pages (Zipf). */
  often<T>(list: readonly T[]): T {
    return list[Math.floor(list.length * this.next() ** 2.5)] as T;
  }
  /** Around `middle`; amounts differ by factors (log-normal). */
  amount(middle: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return Math.max(1, Math.round(middle * Math.exp(sigma * normal)));
  }
}
