/**
 * The order of steps, as constraints on data: stages in the contract's order (evidence, delivery, access, …); inside a
 * stage the step that severs most comes first, since it takes most from the attacker soonest. Ties by lever key, so that
 * equal plans are equal to the letter.
 */
import { type PlanStep, type Stage, stages } from '@firebreak/contract';

export type UnorderedStep = Omit<PlanStep, 'ordinal' | 'id' | 'after'>;

export function orderSteps(steps: readonly UnorderedStep[]): PlanStep[] {
  const rank = (stage: Stage): number => stages.indexOf(stage);
  const sorted = [...steps].sort(
    (a, b) =>
      rank(a.stage) - rank(b.stage) ||
      b.severs.length - a.severs.length ||
      (a.lever.key < b.lever.key ? -1 : a.lever.key > b.lever.key ? 1 : 0),
  );
  const ids = sorted.map((_, index) => `s${index + 1}`);
  return sorted.map((step, index) => ({
    ...step,
    ordinal: index + 1,
    id: ids[index] as string,
    after: ids.filter((_, other) => mustPrecede(sorted[other] as UnorderedStep, step)),
  }));
}

/** Evidence precedes whatever changes something; stopping delivery precedes whatever delivery could put back. */
function mustPrecede(first: UnorderedStep, second: UnorderedStep): boolean {
  if (first === second) return false;
  if (first.stage === 'evidence') return second.stage !== 'evidence';
  return first.stage === 'delivery' && second.stage !== 'evidence' && second.stage !== 'delivery';
}
