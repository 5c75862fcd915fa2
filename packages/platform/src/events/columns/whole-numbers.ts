/** A list of whole numbers that grows: four bytes each, and no object. */
export class WholeNumbers {
  #numbers = new Int32Array(16);
  length = 0;

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Int32Array(2 * this.#numbers.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.length] = number;
    this.length += 1;
  }

  at(index: number): number {
    return this.#numbers[index] as number;
  }

  set(index: number, number: number): void {
    this.#numbers[index] = number;
  }

  /** A copy. */
  taken(): Int32Array {
    return this.#numbers.slice(0, this.length);
  }
}
