import type { AttackGraph } from './attack-graph.ts';

/** The crown jewels by default, node numbers ascending: every node whose rule says why losing it ends the game. */
export function jewelsOf(graph: AttackGraph): number[] {
  return graph.nodes.flatMap((node, index) => (node.jewel === undefined ? [] : [index]));
}
