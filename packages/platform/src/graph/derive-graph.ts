import type { DeriveOptions, EdgeRule, Estate, NodeRule } from '@firebreak/contract';
import type { AttackGraph } from './attack-graph.ts';
import { GraphKeeper } from './graph-keeper.ts';

/**
 * Derives the attack graph of an estate: pure, and the same to the last index for the same facts and rules in any order.
 * Its completeness names the gaps of the estate that touch a fact kind which some rule needs.
 *
 * @throws Error when two edge rules have the same label.
 */
export function deriveGraph(
  estate: Estate,
  nodeRules: readonly NodeRule[],
  edgeRules: readonly EdgeRule[],
  options: DeriveOptions = {},
): AttackGraph {
  return new GraphKeeper(nodeRules, edgeRules, options).graphOf(estate);
}
