/** A number, or a text that is one; NaN for all else. `Number` alone throws on an object whose `valueOf` is a number. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}
