/** Sets of nodes put together; all of one graph, so all equally long. */
import type { Bitset } from '../../graph/bitset.ts';

export function union(one: Bitset, other: Bitset): Bitset {
  return one.map((word, at) => word | (other[at] as number));
}

export function both(one: Bitset, other: Bitset): Bitset {
  return one.map((word, at) => word & (other[at] as number));
}

export function minus(set: Bitset, others: Bitset): Bitset {
  return set.map((word, at) => word & ~(others[at] as number));
}

/** Adds the members of `others` to `set`. */
export function addAll(set: Bitset, others: Bitset): void {
  for (let at = 0; at < set.length; at += 1) set[at] = (set[at] as number) | (others[at] as number);
}
