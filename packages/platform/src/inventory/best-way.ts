import type { AttackPath } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { derivationSteps } from '../graph/derivation-steps.ts';
import { cheapestDerivations } from '../graph/derivations.ts';
import { explainDerivation } from '../graph/explain.ts';
import { stepCosts } from '../graph/paths.ts';
import type { ReachOptions } from '../graph/reach.ts';

const costs = new WeakMap<AttackGraph, Float64Array>();

/**
 * The best path to one goal, by the costs of `firebreak paths`; undefined when the goal cannot be reached or is the start.
 * For answers that ask about many pairs: the search ends at the goal, and costs are reckoned once a graph.
 */
export function bestWay(
  graph: AttackGraph,
  start: number,
  goal: number,
  options: ReachOptions = {},
): AttackPath | undefined {
  if (start === goal) return undefined;
  let edgeCosts = costs.get(graph);
  if (edgeCosts === undefined) {
    edgeCosts = stepCosts(graph);
    costs.set(graph, edgeCosts);
  }
  const found = cheapestDerivations(graph.hypergraph, edgeCosts, [start], { ...options, goal });
  if ((found.turns[goal] as number) < 0) return undefined;
  return explainDerivation(graph, derivationSteps(graph, found, goal));
}
