/**
 * Three-valued logic: what nobody can know from the estate is `maybe`, and stays so through every conjunction. Numbers, so
 * that and is the least, or is the greatest, and not is the mirror.
 */
export type Truth = 0 | 1 | 2;
export const no: Truth = 0;
export const maybe: Truth = 1;
export const yes: Truth = 2;

export function and(a: Truth, b: Truth): Truth {
  return a < b ? a : b;
}
export function or(a: Truth, b: Truth): Truth {
  return a > b ? a : b;
}
export function not(a: Truth): Truth {
  return (2 - a) as Truth;
}
export function truth(known: boolean): Truth {
  return known ? yes : no;
}
