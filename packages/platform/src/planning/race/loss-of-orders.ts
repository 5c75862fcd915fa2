/** The race as the planner uses it to order the steps of a plan: few runs, near horizon, the same attackers for every order. */
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { LossOf, UnorderedStep } from '../order/order.ts';
import { battlefield } from './battlefield.ts';
import { estimateOf } from './estimate.ts';
import { raceAll } from './run.ts';
import { defaultRace } from './times.ts';

/** Runs times edges that all orders together may cost: some tenths of a second. */
const budget = 4_000_000;
const orders = 60;
const fewest = 16;
const most = 400;

/** @returns undefined where the attack is too large to be raced in passing, or there is nothing to lose */
export function lossOfOrders(
  graph: AttackGraph,
  compromised: readonly number[],
  goals: readonly number[],
  steps: readonly UnorderedStep[],
): LossOf | undefined {
  if (goals.length === 0 || steps.length < 2) return undefined;
  const field = battlefield(graph, compromised, goals, steps);
  const runs = Math.min(most, Math.floor(budget / (orders * Math.max(1, field.region.edgeCount + steps.length))));
  if (runs < fewest) return undefined;
  const options = { ...defaultRace, runs, horizon: 14_400 };
  return (order) => {
    const [outcome] = raceAll(field, [{ steps, order, putBackBy: field.putBackBy }], options);
    return outcome === undefined ? 0 : estimateOf(outcome.losses).mean;
  };
}
