/**
 * A share with its 95 % interval, by Wilson's score (E. B. Wilson, JASA 22, 1927): it stays between 0 and 1 and is honest where few
 * were counted, or none or all of them.
 */
import type { Share } from '@firebreak/contract';

const z = 1.959963984540054;

/** Null where there is nothing to divide by. */
export function wilson(count: number, of: number): Share | null {
  if (of <= 0) return null;
  const value = count / of;
  const spread = 1 + z ** 2 / of;
  const middle = (value + z ** 2 / (2 * of)) / spread;
  const half = (z / spread) * Math.sqrt((value * (1 - value)) / of + z ** 2 / (4 * of ** 2));
  // At the ends the formula gives them exactly; floating point does not.
  return {
    value,
    low: count === 0 ? 0 : Math.max(0, middle - half),
    high: count === of ? 1 : Math.min(1, middle + half),
    of,
  };
}
