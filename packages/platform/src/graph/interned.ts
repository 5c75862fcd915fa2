/** Values that many edges share, each kept once and known by a number, in the order of arrival. */
export class Interned<T> {
  readonly values: T[] = [];
  readonly #numberOf = new Map<T, number>();
  #last: T | undefined;
  #lastNumber = -1;

  /** @param guess a number that the value may well have: to compare is cheaper than to look up */
  numberOf(value: T, guess = -1): number {
    // Rules tend to say the same thing several times in a row.
    if (value === this.#last && this.#lastNumber >= 0) return this.#lastNumber;
    let number = guess >= 0 && this.values[guess] === value ? guess : this.#numberOf.get(value);
    if (number === undefined) {
      number = this.values.length;
      this.#numberOf.set(value, number);
      this.values.push(value);
    }
    this.#last = value;
    this.#lastNumber = number;
    return number;
  }

  /** The number of a value that is known. */
  find(value: T): number | undefined {
    return this.#numberOf.get(value);
  }

  at(number: number): T {
    return this.values[number] as T;
  }
}
