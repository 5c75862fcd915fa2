import type { Race } from '@firebreak/contract/answers/race';
import { points } from '../plan-choice/option-words.ts';

/**
 * The answer in one sentence. An order counts as better or worse only where the interval of its difference leaves zero out;
 * orders that nobody may carry out are no rivals.
 */
export function headline({ orders }: Race): string {
  const [own, ...others] = orders;
  if (own === undefined) return 'This plan has no order to race.';
  const rivals = others.filter(({ breaks }) => breaks === undefined);
  const better = rivals.filter(({ difference }) => difference.high < 0);
  const best = better.toSorted((a, b) => a.difference.mean - b.difference.mean)[0];
  if (best !== undefined) {
    return `The order “${best.name}” is expected to lose ${points(-best.difference.mean)} less than this plan.`;
  }
  const worst = others.filter(({ difference }) => difference.low > 0);
  const farthest = worst.toSorted((a, b) => b.difference.mean - a.difference.mean)[0];
  const start = `In this order the plan is expected to lose ${points(own.loss.mean)}`;
  if (farthest === undefined) return `${start}; no other order is told apart from it.`;
  return `${start}; “${farthest.name}” would lose ${points(farthest.difference.mean)} more.`;
}
