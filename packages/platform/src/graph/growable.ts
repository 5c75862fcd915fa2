/** A list of 32-bit integers that grows in place: 4 bytes an item where an array of numbers may take 8 and a pause to copy. */
export class GrowableInts {
  #items: Int32Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#items = new Int32Array(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length] = item;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#items[index] as number;
  }

  /** The items without copying; valid until the next push. */
  view(): Int32Array {
    return this.#items.subarray(0, this.#length);
  }

  /** A copy of the items; the list is empty afterwards and keeps its room. */
  take(): Int32Array {
    const items = this.#items.slice(0, this.#length);
    this.#length = 0;
    return items;
  }
}
