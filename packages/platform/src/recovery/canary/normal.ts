/** The standard normal distribution, to about fourteen digits also far out, where a canary's tests live. */

const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** P(Z ≥ z). Near the middle by Taylor's series (Abramowitz and Stegun 26.2.11), far out by the continued fraction (26.2.14). */
export function upperTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - upperTail(-z);
  if (z > 38) return 0;
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / (z + fraction);
  return density(z) / (z + fraction);
}

const known = new Map<number, number>();

/** The z with P(Z ≥ z) = p, for 0 < p < 1, by bisection; a run asks for the same few all the time. */
export function upperQuantile(p: number): number {
  const found = known.get(p);
  if (found !== undefined) return found;
  if (known.size > 1000) known.clear();
  let [low, high] = [-38, 38];
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > p) low = middle;
    else high = middle;
  }
  known.set(p, (low + high) / 2);
  return (low + high) / 2;
}
