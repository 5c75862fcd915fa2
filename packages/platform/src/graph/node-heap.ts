/**
 * A binary heap of nodes ordered by a cost that may fall while they wait; equal costs by node number, so that the outcome
 * never depends on history. The costs belong to the caller: lower one, then call `place`.
 */
export class NodeHeap {
  readonly #costs: Float64Array;
  readonly #heap: Int32Array;
  /** By node, its place in the heap, −1 when it is not waiting. */
  readonly #places: Int32Array;
  #size = 0;

  constructor(costs: Float64Array) {
    this.#costs = costs;
    this.#heap = new Int32Array(costs.length);
    this.#places = new Int32Array(costs.length).fill(-1);
  }

  /** Adds a node, or moves it up after its cost has fallen. */
  place(node: number): void {
    let at = this.#places[node] as number;
    if (at < 0) {
      at = this.#size;
      this.#size += 1;
    }
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.#heap[parent] as number;
      if (!this.#before(node, above)) break;
      this.#put(above, at);
      at = parent;
    }
    this.#put(node, at);
  }

  /** Takes out the node of least cost; −1 when none waits. */
  take(): number {
    if (this.#size === 0) return -1;
    const least = this.#heap[0] as number;
    this.#places[least] = -1;
    this.#size -= 1;
    if (this.#size === 0) return least;
    const node = this.#heap[this.#size] as number;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1] as number, this.#heap[child] as number))
        child += 1;
      const below = this.#heap[child] as number;
      if (!this.#before(below, node)) break;
      this.#put(below, at);
      at = child;
    }
    this.#put(node, at);
    return least;
  }

  #before(one: number, other: number): boolean {
    const difference = (this.#costs[one] as number) - (this.#costs[other] as number);
    return difference < 0 || (difference === 0 && one < other);
  }

  #put(node: number, at: number): void {
    this.#heap[at] = node;
    this.#places[node] = at;
  }
}
