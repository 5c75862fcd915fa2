import { type Blast, nodeRef, type Paths } from '@firebreak/contract';
import type { AttackGraph } from './attack-graph.ts';
import { hasBit } from './bitset.ts';
import { chokepoints } from './chokepoints.ts';
import { jewelsOf } from './jewels.ts';
import { bestPaths } from './paths.ts';
import { reach } from './reach.ts';

/**
 * The answer of `firebreak blast`: everything that an attacker who holds the compromised nodes can get, those nodes
 * included, nearest first; the crown jewels among it; and the single nodes that stand before the jewels.
 *
 * @param compromised node numbers
 */
export function blastOf(graph: AttackGraph, compromised: readonly number[]): Blast {
  const { order, reached, hops } = reach(graph.hypergraph, compromised);
  const nearest = [...order]
    .filter((node) => !graph.isHub(node))
    .sort((a, b) => (hops[a] as number) - (hops[b] as number) || a - b);
  const jewels = jewelsOf(graph).filter((node) => hasBit(reached, node));
  return {
    compromised: compromised.map((node) => nodeRef(graph.nodeAt(node))),
    reached: nearest.map((index) => {
      const node = graph.nodeAt(index);
      return {
        ...nodeRef(node),
        class: node.class,
        ...(node.namespace === undefined ? {} : { namespace: node.namespace }),
        hops: hops[index] as number,
        ...(node.jewel === undefined ? {} : { jewel: node.jewel }),
      };
    }),
    jewels: jewels.map((index) => {
      const node = graph.nodeAt(index);
      return { ...nodeRef(node), jewel: node.jewel ?? '' };
    }),
    chokepoints: chokepoints(graph.hypergraph, compromised, jewels).map(({ node, guards }) => ({
      ...nodeRef(graph.nodeAt(node)),
      guards,
    })),
    counts: { nodes: graph.nodeCount, edges: graph.edgeCount, reached: nearest.length, jewels: jewels.length },
    completeness: graph.completeness,
  };
}

/** The answer of `firebreak paths`: the best ways from a start to a goal, or to the crown jewels when none is named. */
export function pathsFrom(graph: AttackGraph, start: number, goal: number | undefined, limit: number): Paths {
  const goals = goal === undefined ? jewelsOf(graph) : [goal];
  return {
    start: nodeRef(graph.nodeAt(start)),
    ...(goal === undefined ? {} : { goal: nodeRef(graph.nodeAt(goal)) }),
    paths: bestPaths(graph, [start], goals, { limit }),
    completeness: graph.completeness,
  };
}
