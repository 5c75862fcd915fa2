/**
 * The order of steps: first by rule (stages in the contract's order, inside a stage what severs most, ties by lever key, so that
 * equal plans are equal to the letter), then better by the race, as far as the constraints leave room: neighbours change places
 * while that lowers the expected loss.
 */
import { type PlanStep, type Stage, stages } from '@firebreak/contract';
import { mustPrecede } from './constraints.ts';

export type UnorderedStep = Omit<PlanStep, 'ordinal' | 'id' | 'after'>;

/** Expected loss of an order: places in the list of steps. */
export type LossOf = (order: readonly number[]) => number;

/** Orders that are tried, at the most. */
const mostTries = 60;

/** The order by rule. */
export function byRule(steps: readonly UnorderedStep[]): readonly UnorderedStep[] {
  const rank = (stage: Stage): number => stages.indexOf(stage);
  const late = ({ stage, wave = 1 }: UnorderedStep) => (stage === 'evidence' ? 0 : wave);
  const sorted = [...steps].sort(
    (a, b) =>
      late(a) - late(b) ||
      rank(a.stage) - rank(b.stage) ||
      b.severs.length - a.severs.length ||
      (a.lever.key < b.lever.key ? -1 : a.lever.key > b.lever.key ? 1 : 0),
  );
  return allowed(sorted);
}

/** The order with the least expected loss that is found from the given one by changing neighbours. */
export function byLoss(steps: readonly UnorderedStep[], lossOf: LossOf): readonly UnorderedStep[] {
  let order = steps.map((_, at) => at);
  let best = lossOf(order);
  let tries = 1;
  for (let improved = true; improved && tries < mostTries; ) {
    improved = false;
    for (let at = 0; at + 1 < order.length && tries < mostTries; at += 1) {
      const [first, second] = [steps[order[at] as number], steps[order[at + 1] as number]] as [
        UnorderedStep,
        UnorderedStep,
      ];
      if (mustPrecede(first, second) !== undefined) continue;
      const changed = order.with(at, order[at + 1] as number).with(at + 1, order[at] as number);
      const loss = lossOf(changed);
      tries += 1;
      if (loss >= best - 1e-9) continue;
      [order, best, improved] = [changed, loss, true];
    }
  }
  return order.map((at) => steps[at] as UnorderedStep);
}

/** Numbers the steps and says what each waits for. */
export function numbered(steps: readonly UnorderedStep[]): PlanStep[] {
  const ids = steps.map((_, index) => `s${index + 1}`);
  return steps.map((step, index) => ({
    ...step,
    ordinal: index + 1,
    id: ids[index] as string,
    after: ids.filter((_, other) => other < index && mustPrecede(steps[other] as UnorderedStep, step) !== undefined),
  }));
}

/** Takes, one by one, the first step that no step left must precede: the given order wherever the constraints allow it. */
function allowed(steps: readonly UnorderedStep[]): readonly UnorderedStep[] {
  const left = [...steps];
  const order: UnorderedStep[] = [];
  while (left.length > 0) {
    const free = left.findIndex((step) =>
      left.every((other) => other === step || mustPrecede(other, step) === undefined),
    );
    order.push(...left.splice(Math.max(0, free), 1));
  }
  return order;
}
