/**
 * How normal a sample looks: the statistic W of Shapiro and Wilk (1965) with Royston's coefficients (AS R94, 1995). 1 is normal.
 * PRADA (Juuti et al., EuroS&P 2019) watches W of the distances between a client's queries: those of people spread like a normal
 * distribution, those that an algorithm makes do not.
 */
import { probit } from 'simple-statistics';

/** @param values at least 12 */
export function shapiroWilk(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const weights = weightsOf(n);
  let [sum, weighted] = [0, 0];
  for (let place = 0; place < n; place++) {
    sum += sorted[place] as number;
    weighted += (weights[place] as number) * (sorted[place] as number);
  }
  let spread = 0;
  for (const value of sorted) spread += (value - sum / n) ** 2;
  return spread === 0 ? 0 : Math.min(1, weighted ** 2 / spread);
}

const known = new Map<number, Float64Array>();

function weightsOf(n: number): Float64Array {
  const before = known.get(n);
  if (before !== undefined) return before;
  const m = Float64Array.from({ length: n }, (_, place) => probit((place + 1 - 0.375) / (n + 0.25)));
  const squares = m.reduce((sum, value) => sum + value * value, 0);
  const root = 1 / Math.sqrt(n);
  const [last, next] = [m[n - 1] as number, m[n - 2] as number];
  const aLast = polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root) + last / Math.sqrt(squares);
  const aNext = polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root) + next / Math.sqrt(squares);
  const phi = (squares - 2 * last ** 2 - 2 * next ** 2) / (1 - 2 * aLast ** 2 - 2 * aNext ** 2);
  const weights = m.map((value) => value / Math.sqrt(phi));
  weights[n - 1] = aLast;
  weights[0] = -aLast;
  weights[n - 2] = aNext;
  weights[1] = -aNext;
  // Sample sizes are few: a window has one.
  if (known.size < 16) known.set(n, weights);
  return weights;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
