/**
 * The distribution of U when both versions are alike and no two values are: exact, for small samples. By the recursion over which
 * sample the greatest value is of (Mann and Whitney 1947), in chances instead of counts, so that nothing grows and nothing cancels.
 */

/** Samples below this are judged exactly, as R's wilcox.test does. */
export const exactBelow = 50;

const known = new Map<string, Float64Array>();

/** Chance of each value of U from 0 to m·n. Both sizes below `exactBelow`: at most some ten million steps, kept. */
function exactU(m: number, n: number): Float64Array {
  if (m < n) return exactU(n, m);
  const key = `${m} ${n}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  // chances[b] is of samples of a and b; a grows.
  let chances: Float64Array[] = Array.from({ length: n + 1 }, () => Float64Array.of(1));
  for (let a = 1; a <= m; a++) {
    const next: Float64Array[] = [Float64Array.of(1)];
    for (let b = 1; b <= n; b++) {
      const into = new Float64Array(a * b + 1);
      const [fromA, fromB] = [a / (a + b), b / (a + b)];
      // The greatest is of the first sample: it beats all b. Of the second: it beats none.
      (chances[b] as Float64Array).forEach((chance, u) => {
        into[u + b] = (into[u + b] as number) + fromA * chance;
      });
      (next[b - 1] as Float64Array).forEach((chance, u) => {
        into[u] = (into[u] as number) + fromB * chance;
      });
      next.push(into);
    }
    chances = next;
  }
  const answer = chances[n] as Float64Array;
  if (known.size > 200) known.clear();
  known.set(key, answer);
  return answer;
}

/** P(U ≥ u). */
export function exactUpperTail(m: number, n: number, u: number): number {
  const chances = exactU(m, n);
  let sum = 0;
  for (let at = chances.length - 1; at >= Math.ceil(u) && at >= 0; at--) sum += chances[at] as number;
  return Math.min(1, sum);
}

/** R's `qwilcox(p, m, n)`: the least u with P(U ≤ u) ≥ p. */
export function exactQuantile(m: number, n: number, p: number): number {
  const chances = exactU(m, n);
  let sum = 0;
  for (let u = 0; u < chances.length; u++) {
    sum += chances[u] as number;
    if (sum * (1 + 1e-12) >= p) return u;
  }
  return chances.length - 1;
}
