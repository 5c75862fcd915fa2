/**
 * Goals that lie behind other goals. In the dominator tree (graph/dominators.ts, which is sound with AND-steps) every derivation
 * of a goal passes its ancestors, so a cut that keeps the attacker from one keeps them from all below it.
 */
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { dominatorTree } from '../../graph/dominators.ts';
import type { Reach } from '../../graph/reach.ts';

/** @returns by goal that another goal dominates, the nearest such goal */
export function dominatedGoals(
  graph: AttackGraph,
  compromised: readonly number[],
  before: Reach,
  goals: readonly number[],
): ReadonlyMap<number, number> {
  const above = new Map<number, number>();
  if (goals.length < 2) return above;
  const { order, parents } = dominatorTree(graph.hypergraph, compromised, before);
  const isGoal = new Set(goals);
  /** By node, the nearest goal at or above it. Parents come before children in the order. */
  const nearest = new Int32Array(graph.hypergraph.nodeCount).fill(-1);
  for (const node of order) {
    const parent = parents[node] as number;
    const inherited = parent < 0 ? -1 : (nearest[parent] as number);
    if (isGoal.has(node)) {
      if (inherited >= 0) above.set(node, inherited);
      nearest[node] = node;
    } else nearest[node] = inherited;
  }
  return above;
}
