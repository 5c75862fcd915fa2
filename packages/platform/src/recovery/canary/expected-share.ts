/** Whether so many answers of so many are what a share of the traffic gives. */
import { poissonTail } from '../../detection/poisoning/tail.ts';
import { upperTail } from './normal.ts';

/** A move is called failed when so far an answer is expected once in ten thousand moves. */
const rare = 1e-4;

/**
 * None and all are exact: one answer of the wrong version is one too many.
 *
 * @param share of the traffic, 0 to 1
 */
export function isAsExpected(count: number, of: number, share: number): boolean {
  if (share <= 0) return count === 0;
  if (share >= 1) return count === of;
  const [mean, spread] = [of * share, Math.sqrt(of * share * (1 - share))];
  // Few expected: the Poisson distribution has the longer tail, and is kinder than the binomial.
  if (mean < 10) return poissonTail(count, mean) > rare;
  if (of - mean < 10) return poissonTail(of - count, of - mean) > rare;
  return 2 * upperTail((Math.abs(count - mean) - 0.5) / spread) > rare;
}
