/** A lever with its price → a step of a plan, before the order is known. */
import type { EdgeKey } from '@firebreak/contract';
import type { GraphEdge } from '../graph/attack-graph.ts';
import type { PricedLever } from './lever-book.ts';
import type { UnorderedStep } from './order/order.ts';

/** @param given why it is taken, and what it severs */
export function stepOf(
  { lever, action, params, price }: PricedLever,
  given: Pick<UnorderedStep, 'reason' | 'why' | 'severs'>,
): UnorderedStep {
  const { reversal } = action;
  const { cost, reasons, interrupts, restarts, drastic, approvals, takes } = price;
  return {
    lever,
    stage: action.stage,
    target: action.target(params),
    title: action.describe(params),
    ...given,
    cost,
    reasons: [...reasons],
    interrupts: interrupts.map(({ who, what, weight }) => ({ who, what, weight })),
    restarts: [...restarts],
    drastic,
    approvals,
    takes,
    reversal: { kind: reversal.kind, how: reversal.kind === 'none' ? reversal.because : action.undoes(params) },
  };
}

export function edgeKey({ type, from, to, with: others }: GraphEdge): EdgeKey {
  return { type, from, to, ...(others.length > 0 ? { with: [...others] } : {}) };
}
