/**
 * What one look may spend. A canary is looked at again and again, and at many metrics; each question has a chance to fail a good
 * version. All of them together have `falseRollback` to spend, however they depend on each other, because chances of failing add up
 * at most (Bonferroni): each metric gets a share, and each look what an alpha-spending function of Lan and DeMets (1983) has grown by
 * since the last one. Nothing here looks at data, so a look that is put off for want of samples spends nothing and costs nothing.
 *
 * `even`: the power family of Kim and DeMets (1987) with exponent 1. A version that fails badly is found at the first look.
 * `late`: the function of O'Brien and Fleming. Nearly all is kept for the last looks: a small harm is found sooner there, a large one later.
 */
import type { CanaryConfig } from '@firebreak/contract';
import { upperQuantile, upperTail } from './normal.ts';

/**
 * @param look from 0, of `looks` planned
 * @param metrics that may fail the canary
 * @returns the chance that this look may fail one metric with nothing wrong; one-sided
 */
export function lineOf(
  { falseRollback, spending }: Pick<CanaryConfig, 'falseRollback' | 'spending'>,
  { look, looks, metrics }: { readonly look: number; readonly looks: number; readonly metrics: number },
): number {
  if (look >= looks) return 0;
  const share = falseRollback / Math.max(1, metrics);
  if (spending === 'even') return share / looks;
  const spent = (at: number) => (at === 0 ? 0 : 2 * upperTail(upperQuantile(share / 2) / Math.sqrt(at / looks)));
  return spent(look + 1) - spent(look);
}
