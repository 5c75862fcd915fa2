import { addBit, bitset, writeMembers } from './bitset.ts';

/**
 * Sorts distinct integers in place. Takes linear time when they are many of all that there could be, and n log n when they
 * are few, so that neither many short lists nor a few long ones cost more than they must.
 *
 * @param integers each from 0 up to but without `bound`
 */
export function sortDistinct(integers: Int32Array, bound: number): void {
  if (integers.length < bound / 64) {
    integers.sort();
    return;
  }
  const set = bitset(bound);
  for (let at = 0; at < integers.length; at += 1) addBit(set, integers[at] as number);
  writeMembers(set, integers);
}
