/**
 * Moments at which a node is held, ordered by time; equal times in the order of arrival. A node may wait with several of them, unlike
 * in graph/node-heap.ts. Emptied and used again, so that a race allocates nothing.
 */
export class LabelHeap {
  readonly #nodes: number[] = [];
  readonly #times: number[] = [];
  readonly #untils: number[] = [];
  /** Label numbers. */
  readonly #heap: number[] = [];
  #size = 0;
  #made = 0;

  clear(): void {
    this.#size = 0;
    this.#made = 0;
  }

  add(node: number, time: number, until: number): void {
    const label = this.#made;
    this.#made += 1;
    this.#nodes[label] = node;
    this.#times[label] = time;
    this.#untils[label] = until;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.#heap[parent] as number;
      if (!this.#before(label, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = label;
  }

  /** Takes the earliest label out; −1 when none waits. */
  take(): number {
    if (this.#size === 0) return -1;
    const least = this.#heap[0] as number;
    this.#size -= 1;
    const last = this.#heap[this.#size] as number;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1] as number, this.#heap[child] as number))
        child += 1;
      const below = this.#heap[child] as number;
      if (!this.#before(below, last)) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = last;
    return least;
  }

  nodeOf(label: number): number {
    return this.#nodes[label] as number;
  }

  timeOf(label: number): number {
    return this.#times[label] as number;
  }

  /** Until when it is held by this way. */
  untilOf(label: number): number {
    return this.#untils[label] as number;
  }

  #before(one: number, other: number): boolean {
    const difference = (this.#times[one] as number) - (this.#times[other] as number);
    return difference < 0 || (difference === 0 && one < other);
  }
}
